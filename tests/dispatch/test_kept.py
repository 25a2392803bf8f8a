"""What receipts keep of values and messages: bounded, and without secrets."""

from __future__ import annotations

import asyncio
import gc
import logging
import tracemalloc
from collections.abc import Callable
from enum import Enum
from types import MappingProxyType
from typing import Any

import pytest

from hostkit import ALLOW, CONTINUE, Category, Decision, Deny, hookspec, rules
from hostkit.dispatch import Receipts

from .fakes import wire

SECRET = "0123456789abcdefghijklmnopqrstuv"
MEGABYTE = 1024 * 1024
FEW_MEGABYTES = 4 * MEGABYTE


def redact(text: str) -> str:
    return text.replace(SECRET, "[redacted]")


class Comments(Category):
    """Hooks that deny, with three kinds of denials."""

    @hookspec(rules.FirstDenial(on_error="deny"))
    async def check(self, text: str) -> Decision:
        """Called by a test."""

    @hookspec(rules.FirstDenial(read=lambda answer: CONTINUE if answer is None else answer))
    async def judge(self, text: str) -> Any:
        """Called by a test."""

    @hookspec(rules.FirstResult())
    async def find(self, text: str) -> Any:
        """Called by a test."""


class Colour(Enum):
    """A member is the same object each time."""

    RED = "x" * 5000


def quoting(text: str) -> Deny:
    return Deny("spam", f"no: {text}")


def in_extra(text: str) -> Deny:
    return Deny("spam", "no", quoted=[text])


def raising(text: str) -> Deny:
    raise ValueError(text)


def answering_nonsense(text: str) -> Any:
    return {"text": text}


def kept_bytes(deny: Callable[[str], Any], count: int, length: int, *, is_read: bool) -> int:
    """Measure what is kept of many denials that quote long texts."""
    receipts = Receipts()
    chain = wire(Comments, "check", deny, receipts=receipts)

    async def ask(count: int) -> None:
        for number in range(count):
            await chain.call(f"{number}" + "x" * length)

    logging.disable()  # or pytest would keep it
    asyncio.run(ask(1))
    gc.collect()
    tracemalloc.start()
    try:
        asyncio.run(ask(count))
        if is_read:
            assert len(list(receipts)) >= min(count, 1000)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        logging.disable(logging.NOTSET)


@pytest.mark.parametrize("deny", [quoting, in_extra, raising, answering_nonsense])
@pytest.mark.parametrize("is_read", [False, True])
def test_receipts_are_bounded_in_bytes(deny: Callable[[str], Any], is_read: bool) -> None:
    """Denials that quote a long text keep next to nothing of it."""
    assert kept_bytes(deny, 100, 50_000, is_read=is_read) < 100 * 6000


@pytest.mark.hardening
@pytest.mark.parametrize("deny", [quoting, in_extra, raising, answering_nonsense])
def test_a_thousand_denials_of_a_megabyte_keep_few(deny: Callable[[str], Any]) -> None:
    """They would keep a gigabyte."""
    assert kept_bytes(deny, 1000, MEGABYTE, is_read=True) < FEW_MEGABYTES


def test_the_caller_gets_all_of_it() -> None:
    """Only what is kept is cut, and the receipt says by how much."""
    receipts = Receipts()
    chain = wire(Comments, "check", quoting, receipts=receipts)
    denial = asyncio.run(chain.call("x" * MEGABYTE))
    assert denial == quoting("x" * MEGABYTE)
    (receipt,) = receipts
    assert receipt.reason is not None
    assert receipt.reason.startswith("spam: no: xxx")
    assert receipt.reason.endswith(f"… ({MEGABYTE + 10 - 1000} more characters)")
    assert receipt.steps[0].detail == receipt.reason


@pytest.mark.parametrize(
    ("hook", "answer"),
    [
        ("check", Deny("spam", "x" * 990 + SECRET)),
        ("check", Deny("spam", "\x1b" * 200 + SECRET + "x" * 2000, more="x" * 2000)),
        ("judge", "x" * 180 + SECRET + "y" * 10_000),
        ("judge", ("a", "x" * 180 + SECRET)),
        ("find", ["x", {"secret": SECRET}]),
        ("find", "x" * 180 + SECRET),
    ],
    ids=range(6),
)
@pytest.mark.parametrize("is_full", [False, True])
def test_secrets_are_taken_out_before_a_text_is_cut(hook: str, answer: Any, is_full: bool) -> None:
    """Not even a part of one is left in a receipt."""
    chain = wire(Comments, hook, lambda _text: answer, receipts=Receipts(redact=redact))
    trace = asyncio.run(chain.chain.ask(["x"], is_full=is_full))
    assert trace.result == answer
    shown = str(trace.receipt)
    assert "[red" in shown
    assert SECRET[:6] not in shown
    assert SECRET[-6:] not in shown


def test_many_long_steps_share_one_room() -> None:
    """A receipt with fifty messages is not fifty times as long."""

    class Patient(Category):
        """Its hook goes on whatever fails."""

        @hookspec(rules.FirstDenial(on_error="continue"))
        async def check(self, text: str) -> Decision:
            """Called by a test."""

    receipts = Receipts()

    def fail(_text: str) -> None:
        raise ValueError("x" * 5000)

    logging.disable()
    try:
        chain = wire(Patient, "check", *[fail] * 50, lambda _text: ALLOW, receipts=receipts)
        asyncio.run(chain.call("x"))
    finally:
        logging.disable(logging.NOTSET)
    (receipt,) = receipts
    kept = [step.detail or "" for step in receipt.steps]
    assert kept[0] == f"ValueError: {'x' * 988}… (4012 more characters)"
    assert kept[-2] == f"ValueError: {'x' * 68}… (4932 more characters)"
    assert sum(map(len, kept)) < 10_000


def test_what_is_shown_of_a_receipt_is_visible() -> None:
    """A denial can neither control a terminal nor forge a line."""
    receipts = Receipts()
    denial = Deny("spam", "\x1b[2J\u202e no\nreceipt 1-1: comments.check: allow")
    chain = wire(Comments, "check", lambda _text: denial, receipts=receipts)
    asyncio.run(chain.call("x"))
    (receipt,) = receipts
    assert receipt.reason == "spam: \\x1b[2J\\u202e no\nreceipt 1-1: comments.check: allow"
    lines = str(receipt).split("\n")
    assert [line.startswith(" ") for line in lines] == [False, True, True, True]


class Odd:
    """An object with code."""


class Chain:
    """Describes denials, as chains do."""

    def draft(self, *_denial: object) -> str:
        return "described"


def is_kept(value: Any) -> bool:
    """Whether a denial is kept as it is, rather than described at once."""
    receipts, denial = Receipts(), ((Chain(),), value)
    return receipts.keep(denial) is denial


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, True),
        (ALLOW, True),
        (Colour.RED, True),
        (0.5, True),
        (10**300, True),
        (10**400, False),
        ("x" * 1000, True),
        (b"x" * 1001, False),
        (("spam", {"a": [1, "b"]}), True),
        ((1, [2, [3, [4]]]), False),
        (["x"] * 11, False),
        ({"x": "x" * 1001}, False),
        (MappingProxyType({"a": 1}), True),
        pytest.param(Odd(), False, id="odd"),
        (Deny("a", "b", c=1), True),
        (Deny("a", "b" * 1000), False),
        pytest.param(Deny("a", "b", c=Odd()), False, id="odd extra"),
        (Deny("a", type("Text", (str,), {})("b")), False),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_kept_as_it_is(value: Any, expected: bool) -> None:
    """Small values without code of their own; everything else is described at once."""
    assert is_kept(value) is expected


def test_no_code_of_a_class_runs() -> None:
    """A metaclass may raise when its class is hashed, compared or looked at."""

    class Meta(type):
        def __hash__(cls) -> int:
            raise ValueError("hashed")

        def __eq__(cls, other: object) -> bool:
            raise ValueError("compared")

        @property  # type: ignore[misc]
        def __class__(cls) -> Any:
            raise ValueError("looked at")

    value = Meta("Value", (), {})()
    assert is_kept(value) is False
    assert is_kept([value]) is False


def shown(value: Any) -> str:
    """Return what a receipt shows of a result."""
    chain = wire(Comments, "find", lambda _text: value)
    trace = asyncio.run(chain.chain.ask(["x"], is_full=True))
    return str(trace.receipt.reason)


def test_long_values_are_shortened_in_words() -> None:
    """Parts are left out where there are many, and the end of what is long."""
    assert shown(list(range(100))) == "[0, 1, 2, 3, 4, 5, ...]"
    assert shown("x" * 500) == "'" + "x" * 199 + "… (302 more characters)"
    assert shown(10**5000) == "<int that cannot be shown>"


def test_exceptions_are_shown_as_python_does_but_in_part() -> None:
    """A group that holds another twice, which holds another twice, would be written for ever."""
    group: Exception = ValueError("x")
    for _ in range(200):
        group = ExceptionGroup("g", [group, group])

    class Fault(Exception):  # noqa: N818
        def __repr__(self) -> str:
            return "a fault"

    assert [shown(each) for each in (ValueError("x"), KeyError(), Fault(1))] == [
        "ValueError('x')",
        "KeyError()",
        "a fault",
    ]
    assert shown(group).startswith("ExceptionGroup('g', [ExceptionGroup('g', [")
    assert shown([group]).startswith("[ExceptionGroup('g', [")

"""Random chains give what a slow and obvious loop gives."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit.dispatch import Callback, Receipts, Sampler
from hostkit.rules import FirstDenial, Rule
from hostkit.specs import Keyed

from .fakes import With, done, hook_of, run, wire
from .fakes import given as said
from .keyed import wire_by_key
from .model import Fake, Model, fakes, model, rules


def call(hook: Callable[..., Any], under: str, *args: Any) -> Any:
    """Call a hook, and take its result or what it raised."""
    if under == "twisted":
        return done(Deferred.fromCoroutine(hook(*args)))
    try:
        return run(hook(*args))
    except Exception as error:  # noqa: BLE001 -- compared with what the model says
        return error


def functions(fakes: list[Fake], under: str, asked: list[tuple[int, Any]]) -> list[With]:
    """Make the callbacks, each with what the config file says about its module."""
    return [
        said(
            attrs.evolve(fake, waits=fake.waits and under == "asyncio").function(number, asked),
            shadow=fake.shadow,
            on_error=fake.on_error,
        )
        for number, fake in enumerate(fakes)
    ]


def check_result(result: Any, expected: Model) -> None:
    """Compare what a call came to."""
    if expected.error is None:
        assert result == expected.result
        assert type(expected.result) is type(result)
    else:
        assert expected.error is type(result)
        assert expected.cause in (type(result), type(result.__cause__))


def check_receipts(
    receipts: Receipts, callbacks: Sequence[Callback], expected: Model, calls: int
) -> None:
    """Compare what was recorded."""
    plain = expected.outcome in ("allow", "result") and not (
        set(expected.steps.values()) - {"result", "allow"}
    )
    shadows = [step for step in expected.steps if callbacks[step].shadow]
    if plain and not shadows:
        assert len(receipts) == 0
        return
    assert len(receipts) == calls
    for receipt in receipts:
        decider = None if expected.decider is None else callbacks[expected.decider].module
        assert (expected.outcome, decider) == (receipt.outcome, receipt.decider)
        last, _ = expected.asked[-1]
        steps = {
            number: expected.steps.get(number, "continue" if number <= last else "not asked")
            for number in range(len(callbacks))
        }
        assert steps == {number: step.outcome for number, step in enumerate(receipt.steps)}


def rule_of(desk: type[Any]) -> Rule:
    rule: Rule = desk.hookspecs["ask"].rule
    return rule


def name_of(desk: type[Any]) -> str:
    rule = rule_of(desk)
    reading = "" if rule.read is None else "-read"
    replacing = isinstance(rule, FirstDenial) and rule.replaces is not None
    how = f"-{rule.replacing}" if isinstance(rule, FirstDenial) and replacing else ""
    veto = "" if rule.veto is None else "-veto"
    return f"{type(rule).__name__}-{rule.on_error}{reading}{how}{veto}"


@pytest.fixture(scope="module", autouse=True)
def _unlogged() -> Iterator[None]:
    """Spare the time that writing thousands of tracebacks takes."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("desk", [hook_of(rule) for rule in rules()], ids=name_of)
@settings(deadline=None, max_examples=25)
@given(fakes=fakes, under=st.sampled_from(["asyncio", "twisted"]), how=st.integers(0, 2))
def test_a_chain_does_what_the_rule_says(
    desk: type[Any], fakes: list[Fake], under: str, how: int
) -> None:
    """Result, exception, modules asked, and about what, and receipt are those of a plain loop."""
    expected = model(rule_of(desk), fakes)
    asked: list[tuple[int, Any]] = []
    wired = wire(desk, "ask", *functions(fakes, under, asked), exact=how == 1)
    if how == 2:  # the first call is measured, the second is not
        Sampler([wired.chain], Clock().callLater).start()
    for _ in range(2):
        check_result(call(wired.call, under, "ann"), expected)
    assert asked == expected.asked * 2
    check_receipts(wired.receipts, wired.chain.callbacks, expected, calls=2)


@pytest.mark.parametrize(
    "desk", [hook_of(rule, keyed=Keyed("author")) for rule in rules()], ids=name_of
)
@settings(deadline=None, max_examples=15)
@given(fakes=fakes, under=st.sampled_from(["asyncio", "twisted"]), exact=st.booleans())
def test_a_keyed_hook_is_a_chain_for_each_key(
    desk: type[Any], fakes: list[Fake], under: str, exact: bool
) -> None:
    """A call does what a hook would do that had only the callbacks of its key."""
    asked: list[tuple[int, Any]] = []
    keyed = zip([fake.key for fake in fakes], functions(fakes, under, asked), strict=True)
    wired = wire_by_key("ask", *keyed, category=desk, exact=exact)
    for key in ("a", "b", "nobody's"):
        places = [number for number, fake in enumerate(fakes) if fake.key == key]
        expected = model(rule_of(desk), [fakes[number] for number in places])
        check_result(call(wired.call, under, key), expected)
        assert [(places[number], text) for number, text in expected.asked] == asked
        callbacks = [wired.chain.callbacks[number] for number in places]
        check_receipts(wired.receipts, callbacks, expected, calls=1)
        asked.clear()
        wired.receipts._ring.clear()  # the next key begins anew

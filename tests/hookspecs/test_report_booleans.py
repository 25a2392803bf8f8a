"""The deprecated booleans of spam checkers are reported."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from hookspecs import NOT_SPAM
from hookspecs.verdicts import FORBIDDEN, read_check, read_may, read_strict, report_booleans
from hostkit import CONTINUE
from hostkit.rules import FirstDenial, Read
from tests.dispatch.fakes import hook_of, saying, shadow, steps_of, wire


def hook_with(read: Read) -> type[Any]:
    """Declare a hook that reads its answers so."""
    rule = FirstDenial(
        read=read, allow=NOT_SPAM, denial=FORBIDDEN, on_error="raise", on_invalid="deny"
    )
    return hook_of(rule)


def messages(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.name, record.getMessage()) for record in caplog.records]


@pytest.mark.parametrize(
    ("read", "answer", "advice"),
    [
        (read_may, True, "True, which is deprecated; to allow, return NOT_SPAM"),
        (read_may, False, "False, which is deprecated; to deny, return a code such as {code}"),
        (read_check, True, "True, which is deprecated; to deny, return a code such as {code}"),
        (read_check, False, "False, which is deprecated; to allow, return NOT_SPAM"),
    ],
)
def test_a_boolean_is_reported_once_for_each_module(
    read: Read, answer: bool, advice: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names the module and the better answer, and does not repeat it for every call."""
    hook = hook_with(report_booleans("desk.ask", read))
    chain = wire(hook, "ask", saying(NOT_SPAM), saying(answer))
    assert chain.run() == chain.run()
    text = "module m1 answers desk.ask with " + advice.format(code="Codes.FORBIDDEN")
    assert messages(caplog) == [("hostkit.modules.m1", text)]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_boolean_is_reported_for_each_hook(caplog: pytest.LogCaptureFixture) -> None:
    """Every callback that needs a change is reported."""
    for hook in ("desk.ask", "desk.notify"):
        reporter = report_booleans(hook, read_may)
        wire(hook_with(reporter), "ask", saying(True), saying(True)).run()
    expected = [(module, hook) for hook in ("desk.ask", "desk.notify") for module in ("m0", "m1")]
    found = [(text.split()[1], text.split()[3]) for _, text in messages(caplog)]
    assert found == expected


def test_a_boolean_without_a_meaning_is_a_wrong_answer(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged and recorded every time by the engine, and not reported as deprecated."""
    chain = wire(hook_with(report_booleans("desk.ask", read_strict)), "ask", saying(True))
    assert [chain.run(), chain.run()] == [FORBIDDEN, FORBIDDEN]
    why = "expected Any, got True (an answer is NOT_SPAM, a code, or a tuple of a code and a dict)"
    text = f"failed in desk.ask, it counts as a denial: {why}"
    assert messages(caplog) == [("hostkit.modules.m0", text)] * 2
    assert [steps_of(receipt) for receipt in chain.receipts] == [[f"m0: invalid, {why}"]] * 2


def test_a_boolean_of_a_shadow_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    """It counts for nothing, but its author should know all the same."""
    reporter = report_booleans("desk.ask", read_may)
    assert wire(hook_with(reporter), "ask", shadow(saying(False))).run() is NOT_SPAM
    assert [name for name, _ in messages(caplog)] == ["hostkit.modules.m0"]


def test_outside_of_a_hook_no_module_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """Reading an answer by hand works outside of any module."""
    reporter = report_booleans("desk.ask", read_may)
    assert reporter(True) is CONTINUE
    assert reporter(NOT_SPAM) is CONTINUE
    with pytest.raises(TypeError):
        reporter(None)
    assert [name for name, _ in messages(caplog)] == ["hostkit.modules.None"]

"""Hooks that let a callback finish although the call is cancelled."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest

from hostkit import ModuleFailedError, current_module
from hostkit.rules import ALLOW, Decision

from .fakes import RUDE, done, rude, wire
from .shielded import Uploads


async def fine(*_: Any) -> Decision:
    return ALLOW


# What a call gives is the same as without a shield.


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    ("callbacks", "result"),
    [((), ALLOW), ((fine, fine), ALLOW), ((fine, rude, fine), RUDE)],
    ids=["nobody", "allowed", "denied"],
)
def test_results_are_passed_on(callbacks: tuple[Any, ...], result: Any, *, exact: bool) -> None:
    """Under asyncio and under Twisted, measured or not."""
    chain = wire(Uploads, "check", *callbacks, exact=exact)
    assert result == chain.run() == done(chain.start())
    assert len(list(chain.receipts)) == (2 if result is RUDE else 0)


def test_failures_are_passed_on() -> None:
    """The caller gets the failure of a module with its cause."""

    async def broken(*_: Any) -> Any:
        raise ValueError("broken")

    chain = wire(Uploads, "check", broken)
    with pytest.raises(ModuleFailedError, match="broken") as caught:
        chain.run()
    assert isinstance(caught.value.__cause__, ValueError)
    assert isinstance(done(chain.start()), ModuleFailedError)


@pytest.mark.parametrize("error", [GeneratorExit("own"), KeyboardInterrupt("own")])
def test_what_no_policy_is_for_is_passed_on(error: BaseException) -> None:
    """Even so, the caller gets the very exception that the callback has raised."""

    async def ending(*_: Any) -> Any:
        raise error

    chain = wire(Uploads, "check", ending)
    with pytest.raises(type(error)) as caught:
        chain.call("ann").send(None)
    assert error is caught.value


def test_arguments_are_those_of_the_hook() -> None:
    """By position and by name, with defaults; others are refused when the hook is called."""
    calls: list[tuple[Any, ...]] = []

    def note(*arguments: Any) -> Decision:
        calls.append(arguments)
        return ALLOW

    chain = wire(Uploads, "check", note)
    chain.run("ann")
    chain.run("ann", size=2)
    assert calls == [("ann", 1), ("ann", 2)]
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'author'"):
        chain.call()
    assert inspect.iscoroutinefunction(chain.call)
    assert "author" in inspect.signature(chain.call).parameters


def test_a_call_can_be_sampled() -> None:
    """The call that is measured is shielded once, and its callbacks are measured."""
    chain = wire(Uploads, "check", fine, rude)
    opened: list[Any] = []

    def open_window(opening: Any) -> None:
        opened.append(opening)
        opening.open_window(None)

    chain.chain.arm(open_window)
    assert chain.run() == RUDE
    assert chain.run() == RUDE
    assert opened == [chain.chain]
    assert [timing.count for timing in chain.chain.timings] == [1, 1]


def test_the_module_is_known() -> None:
    """A callback can be attributed, before and after it has waited."""
    seen = []

    async def look(*_: Any) -> Decision:
        seen.append(current_module())
        await asyncio.sleep(0)
        seen.append(current_module())
        return ALLOW

    wire(Uploads, "check", look).run()
    assert seen == ["m0", "m0"]

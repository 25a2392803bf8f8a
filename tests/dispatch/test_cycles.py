"""Calls that end unusually leave nothing to the garbage collector."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from hostkit.rules import Decision, FirstDenial, Notify

from .fakes import allow, broken, given, hook_of, wire


async def forever(author: str) -> Decision:
    await asyncio.Event().wait()
    raise AssertionError


@pytest.fixture(autouse=True)
def _uncollected() -> Iterator[None]:
    """Leave the garbage collector, and what pytest keeps of log records, out of it."""
    logging.disable(logging.CRITICAL)
    gc.disable()
    yield
    gc.enable()
    logging.disable(logging.NOTSET)


def left_by(make: Callable[[], Awaitable[Any]]) -> int:
    """Count the objects in cycles that a second call leaves."""

    async def main() -> int:
        await make()
        gc.collect()
        await make()
        return gc.collect()

    return asyncio.run(main())


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("rule", [FirstDenial(), FirstDenial(on_error="continue"), Notify()])
def test_a_cancellation_is_no_part_of_a_cycle(rule: Any, exact: bool) -> None:
    """Neither out of a lane nor out of the loop, which a failure leads to."""
    before = allow if rule.on_error == "fail" else broken
    wired = wire(hook_of(rule), "ask", before, forever, exact=exact)

    async def cancel() -> None:
        task = asyncio.ensure_future(wired.call("ann"))
        await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    assert left_by(cancel) == 0


def test_a_timeout_is_no_part_of_a_cycle() -> None:
    """It is made where it is raised."""
    rule = FirstDenial(on_error="continue")
    wired = wire(hook_of(rule), "ask", given(forever, timeout_seconds=0.001))
    assert left_by(lambda: wired.call("ann")) == 0


@pytest.mark.parametrize("policy", ["fail", "raise"])
def test_an_explained_failure_is_no_part_of_a_cycle(policy: Any) -> None:
    """The call does not keep the exception that it hands over."""
    wired = wire(hook_of(FirstDenial(on_error=policy)), "ask", broken)
    assert left_by(lambda: wired.chain.ask(["ann", "hi"], keep=False)) == 0

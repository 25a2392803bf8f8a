"""What belongs to an entry while it runs, and that all of it is gone afterwards."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import weakref
from typing import Any

import attrs
import pytest
from twisted.python.failure import Failure

from hostkit.dispatch import current_module
from hostkit.loops import enter, start_entry
from tests.dispatch.fakes import SPAM, Comments, given, wire

from .loops import both_loops
from .ways import WAYS, fired_later, wait_for

NUMBER = contextvars.ContextVar("NUMBER", default=0)


@both_loops
async def test_an_entry_has_a_context_of_its_own() -> None:
    """It begins with its caller's variables; what it sets it keeps over awaits, and to itself."""
    seen: list[int] = []

    async def count(number: int) -> None:
        for way in ("Deferred", "coroutine", "entered"):
            seen.append(NUMBER.get())
            NUMBER.set(NUMBER.get() + number)
            await WAYS[way](None)

    NUMBER.set(10)
    loop = asyncio.get_running_loop()
    await start_entry(count(1)).asFuture(loop)
    await start_entry(count(100)).asFuture(loop)
    assert NUMBER.get() == 10
    assert seen == [10, 11, 12, 10, 110, 210]


@attrs.define(eq=False)
class Request:
    """What must not be kept alive."""


@both_loops
@pytest.mark.parametrize("error", [None, KeyError, SystemExit])
@pytest.mark.parametrize("start", [start_entry, enter, wait_for])
async def test_nothing_is_kept_alive(error: type[BaseException] | None, start: Any) -> None:
    """When an entry has ended, what it held is gone, without the help of the garbage collector."""

    async def work(request: Request) -> None:
        await fired_later(Failure(error()) if error is not None else 7)

    async def handle(request: Request) -> None:
        try:
            await start(work(request))
        except KeyError:
            await asyncio.sleep(0)
            raise

    gc.disable()
    try:
        request = Request()
        gone = weakref.ref(request)
        entry = start_entry(handle(request))
        del request
        while not entry.called:
            await asyncio.sleep(0)
        entry.addErrback(lambda _: None)
        del entry
        await asyncio.sleep(0)
        assert gone() is None
    finally:
        gc.enable()


@both_loops
@pytest.mark.parametrize("options", [{}, {"timeout_seconds": 60.0}])
async def test_the_module_is_known_after_every_kind_of_waiting(options: dict[str, float]) -> None:
    """`current_module` names the module whose callback it is, whatever it has awaited."""
    seen: list[str | None] = []

    async def check(author: str) -> Any:
        for way in ("Deferred", "coroutine", "both", "another entry", "anyio sleep"):
            await WAYS[way](None)
            seen.append(current_module())
        return SPAM

    chain = wire(Comments, "check", given(check, **options))
    assert await start_entry(chain.call("ann")).asFuture(asyncio.get_running_loop()) is SPAM
    assert seen == ["m0"] * 5

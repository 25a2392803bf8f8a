"""The 22nd telling behaviour: a request is cancelled while a module is asked.

In the homeserver a callback then runs to its end. Here it is told at once, as all code that is
awaited is, and a host that wants it to finish says so.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from hookspecs import NOT_SPAM, SpamChecker
from tests.dispatch.fakes import done

from .answers import Spy
from .hosting import chain_of

HOOK = "user_may_publish_room"
ARGUMENTS = ("@ann:hs", "!room:hs")


class Waiting:
    """A callback that waits, and notes how that ends."""

    def __init__(self) -> None:
        self.ends: list[str] = []
        self.gate = asyncio.Event()

    async def __call__(self, *_: Any) -> str:
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.ends.append("cancelled")
            raise
        self.ends.append("finished")
        return NOT_SPAM


def test_h1_22_a_callback_is_told_of_its_callers_cancellation() -> None:
    """The caller gets the cancellation, the next module is not asked, and nothing is decided."""

    async def main() -> None:
        waiting, spy = Waiting(), Spy(answer=NOT_SPAM)
        host = chain_of(SpamChecker, HOOK, waiting, spy)
        task = asyncio.create_task(host.hooks[SpamChecker].user_may_publish_room(*ARGUMENTS))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (["cancelled"], []) == (waiting.ends, spy.calls)
        assert [] == list(host.receipts)

    asyncio.run(main())


def test_h1_22_a_host_may_shield_a_call() -> None:
    """The caller gets the cancellation at once; the call goes on to its end without it."""

    async def main() -> None:
        waiting, spy = Waiting(), Spy(answer=NOT_SPAM)
        hooks = chain_of(SpamChecker, HOOK, waiting, spy).hooks[SpamChecker]
        call = asyncio.create_task(hooks.user_may_publish_room(*ARGUMENTS))

        async def request() -> Any:
            return await asyncio.shield(call)

        task = asyncio.create_task(request())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ([], False) == (waiting.ends, call.done())
        waiting.gate.set()
        assert NOT_SPAM == await call
        assert (["finished"], [ARGUMENTS]) == (waiting.ends, spy.calls)

    asyncio.run(main())


def test_h1_22_a_deferred_is_told_under_twisted() -> None:
    """There too the callback is told, the caller hears of it, and nobody else is asked."""
    told: list[Deferred[Any]] = []
    spy = Spy(answer=NOT_SPAM)
    host = chain_of(SpamChecker, HOOK, lambda *_: Deferred(told.append), spy)
    call = Deferred.fromCoroutine(host.hooks[SpamChecker].user_may_publish_room(*ARGUMENTS))
    assert [] == told
    call.cancel()
    assert isinstance(done(call), CancelledError)
    assert (1, []) == (len(told), spy.calls)

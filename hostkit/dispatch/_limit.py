"""Await what a callback returned, for no longer than its module's ``timeout:``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

from hostkit.errors import HookTimeoutError
from hostkit.loops import current_task, settle

if TYPE_CHECKING:
    from twisted.internet.interfaces import IReactorTime

    from hostkit.dispatch._callback import Callback


async def settle_for(callback: Callback, value: Any) -> Any:  # noqa: ARG001
    """`settle`, when the chain is not on the stack to tell whose value it is.

    Its frame is where `hostkit.dispatch.current_module` finds the callback.
    """
    return await settle(value)


async def limit(value: Any, callback: Callback, hook: str, clock: IReactorTime | None) -> Any:
    """Await a value for no longer than the module's ``timeout:``.

    Args:
        value: What the callback returned.
        callback: The callback, which has a timeout.
        hook: The hook's full name, for the error.
        clock: Where to set the alarm outside of asyncio tasks; by default Twisted's reactor.

    Raises:
        HookTimeoutError: It took longer, and was cancelled.
    """
    assert callback.timeout_seconds is not None  # noqa: S101
    expired = HookTimeoutError(callback.module, hook, callback.timeout_seconds)
    if current_task() is not None:
        return await _limit_task(value, expired)
    if clock is None:
        # Importing it installs it, so this waits until somebody else has chosen a reactor.
        from twisted.internet import reactor  # noqa: PLC0415

        clock = reactor

    def give_up(_result: Any, _timeout: float) -> Any:
        raise expired

    waiting = Deferred.fromCoroutine(settle_for(callback, value))
    return await waiting.addTimeout(expired.seconds, clock, onTimeoutCancel=give_up)


async def _limit_task(value: Any, expired: HookTimeoutError) -> Any:
    scope = asyncio.timeout(expired.seconds)
    try:
        async with scope:
            result = await settle(value)
    except Exception as error:
        if scope.expired():
            raise expired from error
        raise
    if scope.expired():  # the callback kept its cancellation to itself
        raise expired
    return result

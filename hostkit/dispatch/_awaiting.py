"""Await whatever a callback returned, under asyncio and under Twisted alike."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

from hostkit.dispatch._entry import current_task, steps_in_task
from hostkit.errors import HookTimeoutError

if TYPE_CHECKING:
    from twisted.internet.interfaces import IReactorTime

    from hostkit.dispatch._callback import Callback


async def settle(value: Any) -> Any:
    """Await a value if it can be awaited; otherwise return it.

    A Deferred is awaited in an asyncio task, and an asyncio future outside of one, although
    neither could be by itself.
    """
    if not inspect.isawaitable(value):
        return value
    is_in_task = current_task() is not None
    if isinstance(value, Deferred) and is_in_task:
        return await steps_in_task(value)
    if asyncio.isfuture(value) and not is_in_task:
        return await Deferred.fromFuture(value)
    return await value


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

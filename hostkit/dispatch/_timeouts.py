"""``timeout:`` of a module: how long its callbacks may take, and how an answer can pass it."""

from __future__ import annotations

import asyncio
import functools
import time
from typing import TYPE_CHECKING, Any, Final, NoReturn, final

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from hostkit.dispatch._callback import runs_module_code
from hostkit.errors import HookTimeoutError
from hostkit.loops import current_task, is_awaitable, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IReactorTime

    from hostkit.dispatch._callback import Callback
    from hostkit.specs import Hookspec

_now: Final = time.perf_counter


@final
class LateAnswer(BaseException):
    """A callback has passed its time-out, and has answered nevertheless.

    Args:
        answer: What it answered.
        seconds: How long it took.
        was_cancelled: Whether it was cancelled and went on; otherwise it blocked the event loop.
    """

    def __init__(self, answer: Any, seconds: float, *, was_cancelled: bool) -> None:
        super().__init__()
        self.answer = answer
        self.seconds = seconds
        self.was_cancelled = was_cancelled


def limit(callback: Callback, spec: Hookspec, clock: IReactorTime | None) -> Callable[..., Any]:
    """Make the function that a chain calls for a callback: with its time-out, if it has one.

    Args:
        callback: The callback.
        spec: The hook.
        clock: Where to set the alarm outside of asyncio tasks; by default Twisted's reactor.

    Returns:
        A coroutine function for an asynchronous hook, unless there is no time-out. It raises
        `HookTimeoutError` if the callback was cancelled, and `LateAnswer`.
    """
    if callback.timeout_seconds is None:
        return callback.function
    limited = _Limited(callback, spec.full_name, callback.timeout_seconds, clock)
    return limited.call if spec.is_async else limited.call_now


@final
class _Limited:
    def __init__(
        self, callback: Callback, hook: str, seconds: float, clock: IReactorTime | None
    ) -> None:
        self._callback = callback
        self._seconds = seconds
        self._clock = clock
        # Made only where it is raised: the frames in its traceback are not to hold it.
        self._expired = functools.partial(HookTimeoutError, callback.module, hook, seconds)

    def call_now(self, *values: Any, **named: Any) -> Any:
        """Call a callback of a synchronous hook, which nothing can interrupt."""
        began = _now()
        answer = self._callback.function(*values, **named)
        self._check(answer, began)
        return answer

    async def call(self, *values: Any, **named: Any) -> Any:
        """Call a callback, and cancel it when its time is over."""
        began = _now()
        answer = self._callback.function(*values, **named)
        if is_awaitable(answer):
            wait = self._wait_in_task if current_task() is not None else self._wait
            answer = await wait(answer, began)
        self._check(answer, began)
        return answer

    def _check(self, answer: Any, began: float) -> None:
        seconds = _now() - began
        if seconds > self._seconds:
            raise LateAnswer(answer, seconds, was_cancelled=False)

    async def _wait_in_task(self, value: Any, began: float) -> Any:
        scope = asyncio.timeout(self._seconds)
        try:
            async with scope:
                answer = await settle(value)
        except Exception as error:
            if scope.expired():
                raise self._expired() from error
            raise
        if scope.expired():
            raise LateAnswer(answer, _now() - began, was_cancelled=True)
        return answer

    async def _wait(self, value: Any, began: float) -> Any:
        clock = self._clock
        if clock is None:
            # Importing it installs it, so this waits until the program has chosen a reactor.
            from twisted.internet import reactor  # noqa: PLC0415

            clock = reactor

        def give_up(result: Any, _timeout: float) -> NoReturn:
            if isinstance(result, Failure):
                raise self._expired()
            raise LateAnswer(result, _now() - began, was_cancelled=True)

        waiting = Deferred.fromCoroutine(_settle_for(self._callback, value))
        return await waiting.addTimeout(self._seconds, clock, onTimeoutCancel=give_up)


@runs_module_code
async def _settle_for(callback: Callback, value: Any) -> Any:  # noqa: ARG001 -- see the decorator
    return await settle(value)

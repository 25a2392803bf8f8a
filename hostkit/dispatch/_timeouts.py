"""``timeout:`` of a module: how long callers wait for its callbacks, whatever these do."""

from __future__ import annotations

import time
from asyncio import CancelledError as AsyncioCancelledError
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from hostkit.dispatch._callback import runs_module_code
from hostkit.errors import HookTimeoutError
from hostkit.logs import logger_of
from hostkit.loops import (
    end_of,
    find_clock,
    is_awaitable,
    settle,
    start_entry,
    take_over_context,
)

if TYPE_CHECKING:
    from twisted.internet.interfaces import IReactorTime

    from hostkit.dispatch._callback import Callback
    from hostkit.loops import DetachedTasks
    from hostkit.specs import Hookspec

_GRACE: Final = 0.1
_LEAST_GRACE_SECONDS: Final = 0.05

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


@final
class LimitedCallback:
    """Calls a callback that has a time-out.

    What it awaits runs in a task of its own: a task that goes on although it was cancelled cannot
    be left behind by itself.

    Args:
        callback: The callback.
        spec: The hook.
        seconds: Its time-out.
        clock: Where to set the alarm; by default the running event loop's clock.
        detached: Where it goes on if it does not end.

    Attributes:
        left_behind: How many calls went on without it.
    """

    def __init__(
        self,
        callback: Callback,
        spec: Hookspec,
        seconds: float,
        clock: IReactorTime | None,
        detached: DetachedTasks,
    ) -> None:
        self.left_behind = 0
        self.callback = callback
        self.seconds = seconds
        self._hook = spec.full_name
        self._clock = clock
        self._detached = detached
        self._logger = logger_of(callback.module)

    def call_now(self, *values: Any, **named: Any) -> Any:
        """Call a callback of a synchronous hook, which nothing can interrupt.

        Raises:
            LateAnswer: It took longer.
        """
        began = _now()
        answer = self.callback.function(*values, **named)
        self._check(answer, began)
        return answer

    async def call(self, *values: Any, **named: Any) -> Any:
        """Call a callback, and cancel it when its time is over.

        Raises:
            HookTimeoutError: It took longer, and has ended, or was left behind.
            LateAnswer: It took longer, and has answered nevertheless.
        """
        began = _now()
        answer = self.callback.function(*values, **named)
        if is_awaitable(answer):
            answer = await self._wait(answer, began)
        self._check(answer, began)
        return answer

    def _check(self, answer: Any, began: float) -> None:
        seconds = _now() - began
        if seconds > self.seconds:
            raise LateAnswer(answer, seconds, was_cancelled=False)

    async def _wait(self, value: Any, began: float) -> Any:
        contexts: list[Context] = []
        running = start_entry(_settle_for(self.callback, value, contexts))
        try:
            if running.called:
                return await settle(running)
            return await self._wait_in_time(running, began)
        finally:
            if contexts:
                take_over_context(contexts[0])

    async def _wait_in_time(self, running: Deferred[Any], began: float) -> Any:
        alarm = _Alarm(self, running, began, self._clock)
        cancelled: BaseException | None = None
        while not alarm.rung:
            # A new one each time: some cancel again and again, until what is cancelled has ended.
            try:
                await settle(end_of(alarm.ring))
            except (CancelledError, AsyncioCancelledError) as error:
                cancelled = error
                alarm.cancel()
        try:
            if cancelled is not None and isinstance(alarm.error, CancelledError):
                raise cancelled
            if alarm.error is not None:
                raise alarm.error
            return alarm.answer
        finally:
            del alarm, cancelled  # an exception's traceback keeps this frame

    def expired(self) -> HookTimeoutError:
        """Make the error of a callback that took too long."""
        return HookTimeoutError(self.callback.module, self._hook, self.seconds)

    def leave(self, running: Deferred[Any], began: float) -> None:
        """Go on without a callback that does not end."""
        self.left_behind += 1
        self._logger.warning(
            "did not end when its timeout (%gs) cancelled it in %s: it is left behind, and its "
            "answer will be dropped",
            self.seconds,
            self._hook,
        )

        def report(result: Any) -> None:
            came = f"failed: {result.value!r}" if isinstance(result, Failure) else "has ended"
            seconds = _now() - began
            self._logger.info("what was left behind in %s %s, %.3gs", self._hook, came, seconds)

        running.addBoth(report)
        self._detached.adopt(running)


@final
class _Alarm:
    """Ends the wait for a callback in time.

    Args:
        limited: The callback.
        running: What it is doing.
        began: When it was called, by the performance counter.
        clock: As for `LimitedCallback`.

    Attributes:
        ring: Fires when there is an end of it.
        answer: What the callback has answered then.
        error: What is raised instead.
    """

    def __init__(
        self,
        limited: LimitedCallback,
        running: Deferred[Any],
        began: float,
        clock: IReactorTime | None,
    ) -> None:
        self.ring: Deferred[None] = Deferred()
        self.answer: Any = None
        self.error: BaseException | None = None
        self._limited = limited
        self._running = running
        self._began = began
        self._is_expired = self._is_cancelled = False
        self._call_later = find_clock(clock).call_later
        self._timer = self._call_later(limited.seconds, self._expire)
        running.addBoth(self._ended)

    @property
    def rung(self) -> bool:
        """Whether there is an end of it."""
        return bool(self.ring.called)

    def cancel(self) -> None:
        """Cancel the callback, which may take until its time is over to end."""
        self._is_cancelled = True
        self._running.cancel()

    def _expire(self) -> None:
        # It may have things to clean up; if it has not by then, it may never end.
        grace = max(self._limited.seconds * _GRACE, _LEAST_GRACE_SECONDS)
        self._timer = self._call_later(grace, self._leave)
        if not self._is_cancelled:
            self._is_expired = True
            self._running.cancel()

    def _leave(self) -> None:
        self.error = CancelledError() if self._is_cancelled else self._limited.expired()
        self._limited.leave(self._running, self._began)
        self.ring.callback(None)

    def _ended(self, result: Any) -> Any:
        if self.rung:
            return result
        self._timer.cancel()
        is_late = self._is_expired and not self._is_cancelled
        if not isinstance(result, Failure):
            self.answer = result
            if is_late:
                self.error = LateAnswer(result, _now() - self._began, was_cancelled=True)
        elif is_late:
            self.error = self._limited.expired()
            self.error.__cause__ = result.value
        else:
            self.error = result.value
        self.ring.callback(None)
        return None


@runs_module_code
async def _settle_for(callback: Callback, value: Any, contexts: list[Context]) -> Any:  # noqa: ARG001 -- see the decorator
    try:
        return await settle(value)
    finally:
        contexts.append(copy_context())

"""Callbacks that are called in a special way: within a time-out, or protected by the host."""

from __future__ import annotations

import time
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any, Final, final

from hostkit.dispatch._callback import runs_module_code
from hostkit.errors import HookTimeoutError
from hostkit.logs import logger_of
from hostkit.loops import (
    Limit,
    Limited,
    find_clock,
    is_awaitable,
    is_task_cancelled,
    settle,
    take_over_context,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IReactorTime

    from hostkit.dispatch._callback import Callback
    from hostkit.loops import Protect
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

    Args:
        callback: The callback.
        spec: The hook.
        seconds: Its time-out.
        clock: Where to set the alarm; by default the running event loop's clock.

    Attributes:
        left_behind: How many calls went on without it.
    """

    def __init__(
        self,
        callback: Callback,
        spec: Hookspec,
        seconds: float,
        clock: IReactorTime | None,
    ) -> None:
        self.left_behind = 0
        self.callback = callback
        # It may have things to clean up; if it has not by then, it may never end.
        grace = max(seconds * _GRACE, _LEAST_GRACE_SECONDS)
        self._limit = Limit(seconds, grace, "`timeout:`")
        self._hook = spec.full_name
        self._clock = clock
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
        if seconds > self._limit.seconds:
            raise LateAnswer(answer, seconds, was_cancelled=False)

    async def _wait(self, value: Any, began: float) -> Any:
        running = Limited(
            _settle_for(self.callback, value, []),
            self._limit,
            find_clock(self._clock),
            is_task_cancelled,
        )
        try:
            return await running
        except BaseException as error:
            if not running.is_expired or is_task_cancelled():
                raise
            # Not in a variable: a frame in its traceback would hold it.
            raise self._expired(running, began) from error.__cause__

    def _expired(self, running: Limited[Any], began: float) -> BaseException:
        """Make what is raised for a callback whose time is over."""
        if running.results:
            return LateAnswer(running.results[0], _now() - began, was_cancelled=True)
        if running.is_abandoned:
            self._leave()
        return HookTimeoutError(self.callback.module, self._hook, self._limit.seconds)

    def _leave(self) -> None:
        self.left_behind += 1
        self._logger.warning(
            "did not end when its timeout (%gs) cancelled it in %s: it is closed, and what it "
            "waits for is left behind",
            self._limit.seconds,
            self._hook,
        )


@final
class ProtectedCallback:
    """Calls a callback, and has the host protect what it awaits.

    Args:
        callback: The callback.
        function: What is called for it.
        protect: The host's way to protect a coroutine.
    """

    def __init__(self, callback: Callback, function: Callable[..., Any], protect: Protect) -> None:
        self._callback = callback
        self._function = function
        self._protect = protect

    async def call(self, *values: Any, **named: Any) -> Any:
        """Call the callback, and wait for what it returns."""
        answer = self._function(*values, **named)
        if not is_awaitable(answer):
            return answer
        contexts: list[Context] = []
        try:
            return await settle(self._protect(_settle_for(self._callback, answer, contexts)))
        finally:
            if contexts:
                take_over_context(contexts[0])


@runs_module_code
async def _settle_for(callback: Callback, value: Any, contexts: list[Context]) -> Any:  # noqa: ARG001 -- see the decorator
    try:
        return await settle(value)
    finally:
        contexts.append(copy_context())

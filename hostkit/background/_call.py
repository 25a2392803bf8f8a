"""`BackgroundCall`: one call of a module's function, now or later, whose result can be awaited."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast, final

from twisted.internet.defer import CancelledError, Deferred

from hostkit.background._run import Ended, Ledger, Run
from hostkit.codes import Code
from hostkit.errors import BackgroundError
from hostkit.loops import current_task, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from hostkit.background._run import RunOutcome
    from hostkit.loops import Cancellable, Clock

T = TypeVar("T")


@final
class BackgroundCall(Generic[T]):
    """One call of a module's function, which can be stopped and awaited.

    Awaiting it returns what the function returns, or raises what it raises. If nothing awaits it
    when it fails, the failure is logged. A call that was stopped, also because its module was,
    raises `CancelledError` where it is awaited.

    Args:
        module: The module's name.
        description: The call's name in logs.
        delay_seconds: How long it is put off; `None` starts it at once.
        function: The function. Its result is awaited if it is awaitable.
        is_awaiters: Whether it is stopped when the last caller that awaits it is cancelled.
    """

    def __init__(
        self,
        module: str,
        description: str,
        delay_seconds: float | None,
        function: Callable[[], Any],
        *,
        is_awaiters: bool = False,
    ) -> None:
        self.module: Final = module
        self.description: Final = description
        self._delay_seconds = delay_seconds
        self._function = function
        self._is_awaiters = is_awaiters
        self._clock: Clock | None = None
        self._ledger = Ledger()
        self._alarm: Cancellable | None = None
        self._run: Run | None = None
        self._outcome: RunOutcome | None = None
        self._is_stopped = False
        self._is_over = False
        self._is_interrupted = False
        self._waiting: dict[Deferred[None], None] = {}

    @property
    def is_over(self) -> bool:
        """Whether it has ended, or was stopped."""
        return self._is_over

    def __str__(self) -> str:
        return f"the background call {self.description!r}"

    def __await__(self) -> Generator[Any, Any, T]:
        """Wait for the result, in an asyncio task or in a coroutine that Twisted drives."""
        return self._wait().__await__()

    def stop(self) -> Ended:
        """Do not call the function after all; if it runs already, cancel what it awaits.

        Returns:
            Can be awaited, to wait until it has ended; it does not wait if the function itself
            stops its call. What runs in a thread cannot be cancelled, and is waited for.
        """
        self._is_stopped = True
        return Ended(self.interrupt())

    def begin(self, clock: Clock, ledger: Ledger | None = None) -> None:
        """Call the function, at once or after the delay.

        Args:
            clock: The clock that measures the delay.
            ledger: What its module does in the background.
        """
        if self._is_stopped or self._run is not None:  # or one that no stop could end
            return
        self._clock = clock
        self._ledger = self._ledger if ledger is None else ledger
        self._ledger.current[self] = None
        self._outcome, self._is_over, self._is_interrupted = None, False, False
        if self._delay_seconds is None:
            self._start()
        else:
            self._alarm = clock.call_later(self._delay_seconds, self._start)

    def interrupt(self) -> Deferred[None] | None:
        """Do not call the function until `begin`, or cancel what it awaits.

        Returns:
            As `BackgroundLoop.interrupt`.
        """
        if self._is_over:
            return None
        if self._alarm is not None:
            self._alarm.cancel()
        if self._run is None:
            self._end(None)
            return None
        if self._is_interrupted:  # a second time it may be the end of something
            return self._run.wait()
        self._is_interrupted = True
        return self._run.interrupt()

    def _start(self) -> None:
        assert self._clock is not None  # noqa: S101
        self._alarm = None
        self._run = Run(self.module, self._function, self._ledger)
        self._run.start(self._clock, self._end)

    def _end(self, outcome: RunOutcome | None) -> None:
        self._alarm = self._run = None
        self._is_over = True
        self._outcome = outcome
        self._ledger.current.pop(self, None)
        if outcome is not None and outcome.error is not None and not self._waiting:
            outcome.log_failure(self.module, self.description, f"{self} failed")
        for waiting in tuple(self._waiting):
            waiting.callback(None)

    async def _wait(self) -> T:
        self._check_awaiter()
        if not self._is_over:
            waiting: Deferred[None] = Deferred()
            self._waiting[waiting] = None
            try:
                await settle(waiting)
            finally:
                self._waiting.pop(waiting, None)
                if self._is_awaiters and not self._waiting and not self._is_over:
                    self.stop()
        return self._take()

    def _check_awaiter(self) -> None:
        """Refuse to wait for what would wait for its caller.

        Raises:
            BackgroundError: It would (HK532).
        """
        if self._clock is None and not self._is_over:
            raise BackgroundError(
                Code.WAITS_FOR_ITSELF,
                f"module {self.module!r} awaits {self}, which begins when its start() has returned",
                hint="await it in a callback, or begin it in start()",
            )
        if self._run is not None and self._run.is_inside:
            raise BackgroundError(
                Code.WAITS_FOR_ITSELF,
                f"module {self.module!r}: {self} awaits itself, and would wait for ever",
                hint="return from the function instead",
            )

    def _take(self) -> T:
        outcome = self._outcome
        if outcome is None:
            raise CancelledError if current_task() is None else asyncio.CancelledError
        try:
            if outcome.error is not None:
                raise outcome.error.with_traceback(outcome.traceback)
            return cast("T", outcome.value)
        finally:
            del outcome  # an exception's traceback keeps this frame

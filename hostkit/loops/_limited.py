"""`Limited`: awaits a coroutine for some time only, even if it resists its cancellation."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, final

import attrs
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from hostkit.loops._cancelling import INTERRUPTS

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator

    from hostkit.loops._clocks import Cancellable, Clock

T = TypeVar("T")


@final
@attrs.frozen
class Limit:
    """How long something may take.

    Attributes:
        seconds: After that, what it waits for is cancelled.
        grace_seconds: How long it may still take once it is cancelled.
        setting: The setting that says so, for the error.
    """

    seconds: float
    grace_seconds: float
    setting: str


@final
class Limited(Generic[T]):
    """Awaits a coroutine; when its time is over it is cancelled, and after a grace abandoned.

    It stays in its caller's task: what a module opens in one step and closes in another, such as
    anyio's task groups, has to be one task's. So what is cancelled is what the coroutine waits for.
    One that goes on nevertheless is closed, and what it waits for is left behind.

    Args:
        coroutine: What to await, not yet begun.
        limit: How long it may take.
        clock: Measures the time.
        is_cancelled: Whether the caller was cancelled. A cancelled coroutine has the grace only.

    Attributes:
        is_expired: Whether its time is over.
        is_abandoned: Whether it was closed, since it resisted its cancellation.
        results: What it has returned, also if that was too late.
    """

    def __init__(
        self,
        coroutine: Coroutine[Any, Any, T],
        limit: Limit,
        clock: Clock,
        is_cancelled: Callable[[], bool],
    ) -> None:
        self._coroutine = coroutine
        self._limit = limit
        self._clock = clock
        self._is_cancelled = is_cancelled
        self._alarms: dict[int, Cancellable] = {}
        self._count = 0
        self._gate: _FutureGate | _DeferredGate | None = None
        self._must_cancel = False
        self.is_expired = False
        self.is_abandoned = False
        self.results: list[T] = []

    def __await__(self) -> Generator[Any, Any, T]:
        """Run the coroutine.

        Returns:
            What it returns.

        Raises:
            TimeoutError: It took too long.
        """
        self._call_later(self._limit.seconds, self._expire)
        try:
            yield from self._steps()
        except BaseException as error:
            if isinstance(error, INTERRUPTS) or not self.is_expired or self._is_cancelled():
                raise
            raise self._error() from error
        finally:
            for alarm in self._alarms.values():
                alarm.cancel()
            self._gate = None
        if self.is_expired:
            raise self._error()
        return self.results[0]

    def _steps(self) -> Generator[Any, Any, None]:
        step: Any = self._coroutine.send
        value: Any = None
        while True:
            try:
                wanted = step(value)
            except StopIteration as ended:
                self.results.append(ended.value)
                return
            finally:
                del step, value  # an exception's traceback keeps this frame
            step, value = self._coroutine.send, None
            self._gate = _gate_for(wanted, self._noticed)
            if self._must_cancel and self._gate is not None:
                self._must_cancel = False
                self._gate.cancel()
            try:
                yield wanted if self._gate is None else self._gate
                if self._gate is not None:
                    self._gate.check()
            except BaseException as error:  # noqa: BLE001 -- it is handed on
                step, value = self._coroutine.throw, error
            if self.is_abandoned:
                self._leave(wanted)
            if self._must_cancel:  # it waits for nothing that could be cancelled
                self._must_cancel = False
                step, value = self._coroutine.throw, asyncio.CancelledError()

    def _leave(self, wanted: Any) -> NoReturn:
        """End a coroutine that resists its cancellation."""
        try:
            self._coroutine.close()
        except INTERRUPTS:
            raise
        except BaseException:  # noqa: BLE001, S110 -- it resists that as well
            pass
        raise CancelledError if isinstance(wanted, Deferred) else asyncio.CancelledError

    def _call_later(self, seconds: float, function: Callable[[], None]) -> None:
        # By number, as a closure that knows its alarm would be a cycle with it.
        number = self._count = self._count + 1
        self._alarms[number] = self._clock.call_later(seconds, self._ring, number, function)

    def _ring(self, number: int, function: Callable[[], None]) -> None:
        del self._alarms[number]
        function()

    def _expire(self) -> None:
        self.is_expired = True
        self._call_later(self._limit.grace_seconds, self._abandon)
        if self._gate is None:
            self._must_cancel = True
        else:
            self._gate.cancel()

    def _noticed(self) -> None:
        """What is awaited is cancelled: by the caller, or by a time-out within the coroutine."""

        def look_again() -> None:
            if self._is_cancelled():
                self._abandon()

        if not self.is_expired:
            self._call_later(self._limit.grace_seconds, look_again)

    def _abandon(self) -> None:
        self.is_abandoned = True
        if self._gate is not None:
            self._gate.open()

    def _error(self) -> TimeoutError:
        return TimeoutError(f"not done after {self._limit.seconds:g}s ({self._limit.setting})")


def _gate_for(wanted: Any, notice: Callable[[], None]) -> _FutureGate | _DeferredGate | None:
    """Make what is yielded instead of what a coroutine waits for, if that can be replaced."""
    if isinstance(wanted, Deferred):
        return _DeferredGate(wanted, notice)
    if asyncio.isfuture(wanted):
        try:
            is_ours = wanted.get_loop() is asyncio.get_running_loop()
        except RuntimeError:
            return None
        # Otherwise the error is the task's to raise.
        return _FutureGate(wanted, notice) if is_ours else None
    return None


@final
class _FutureGate(asyncio.Future[None]):
    """Done when a future is, or when it is opened; cancelling it cancels that future.

    Args:
        wanted: The future, as a coroutine yields it.
        notice: Called when this is cancelled.
    """

    def __init__(self, wanted: Any, notice: Callable[[], None]) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self._asyncio_future_blocking = True  # as `await` sets it, which we do in its place
        self._wanted: asyncio.Future[Any] = wanted
        self._notice = notice
        wanted.add_done_callback(lambda _: self.open())

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel the future; the coroutine finds out how that ended from the future itself."""
        if self.done():
            return False
        self._notice()
        return self._wanted.cancel(msg)

    def open(self) -> None:
        """Let the coroutine go on."""
        if not self.done():
            self.set_result(None)

    def check(self) -> None:
        """Raise what the future failed with, as a task does where it has awaited it."""
        if self._wanted.done():
            self._wanted.result()


@final
class _DeferredGate(Deferred[None]):
    """Fires when another Deferred does, or when it is opened; cancelling it cancels the other.

    Args:
        wanted: The Deferred. It keeps its result for the coroutine, but not a failure.
        notice: Called when this is cancelled.

    """

    def __init__(self, wanted: Deferred[Any], notice: Callable[[], None]) -> None:
        super().__init__()
        self._failure: Failure | None = None
        self._wanted = wanted
        self._notice = notice
        wanted.addBoth(self._fired)

    def cancel(self) -> None:
        """Cancel the Deferred, which may have things to do before it fires."""
        self._notice()
        self._wanted.cancel()

    def open(self) -> None:
        """Let the coroutine go on."""
        if not self.called:
            self.callback(None)

    def check(self) -> None:
        """Raise what the Deferred failed with."""
        if self._failure is not None:
            self._failure.raiseException()

    def _fired(self, result: Any) -> Any:
        if not isinstance(result, Failure):
            self.open()
            return result
        self._failure = result
        self.open()
        return None

"""`Lifetime`: what a module has in flight at its host's services, which ends with the module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, final

import attrs

from hostkit.loops._entry import settle, start_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from twisted.internet.defer import Deferred

    from hostkit.loops._clocks import Cancellable, Clock

T = TypeVar("T")


@final
@attrs.define(eq=False)
class _Flight:
    """Something in flight, and why it was ended if it was."""

    over: Callable[[], Exception]
    running: Deferred[Any] = attrs.field(init=False)
    alarm: Cancellable | None = None
    ended_by: Exception | None = None

    def expire(self, late: Callable[[], Exception]) -> None:
        self.alarm = None
        self.end(late())

    def land(self) -> None:
        if self.alarm is not None:
            self.alarm.cancel()

    def end(self, error: Exception) -> None:
        self.ended_by = self.ended_by or error
        self.running.cancel()


@final
class Lifetime:
    """From the start of a module to the end of its ``stop``.

    Attributes:
        is_over: Whether the module was stopped, and not started again.
    """

    def __init__(self) -> None:
        self.is_over = False
        self._in_flight: set[_Flight] = set()

    def begin(self) -> None:
        """Let services be used, also if the module was stopped before."""
        self.is_over = False

    def end(self) -> None:
        """Refuse services from now on, and end what is in flight."""
        self.is_over = True
        for flight in list(self._in_flight):
            flight.end(flight.over())

    async def run(
        self,
        make: Callable[[], Coroutine[Any, Any, T]],
        clock: Clock,
        seconds: float,
        *,
        late: Callable[[], Exception],
        over: Callable[[], Exception],
    ) -> T:
        """Await a coroutine until its time is over, or the module is stopped.

        Args:
            make: Makes the coroutine.
            clock: Measures the time.
            seconds: How long it may take; then it is cancelled.
            late: Makes the error that is raised in that case.
            over: Makes the error that is raised if the module is stopped, or was.

        Returns:
            What it returns.
        """
        if self.is_over:
            raise over()
        flight = _Flight(over)
        flight.alarm = clock.call_later(seconds, flight.expire, late)
        self._in_flight.add(flight)
        try:
            flight.running = start_entry(make())
            result: T = await settle(flight.running)
        except Exception:
            # Its cancellation may have become another error on the way.
            if flight.ended_by is None:
                raise
            raise flight.ended_by from None
        finally:
            self._in_flight.discard(flight)
            flight.land()
        return result

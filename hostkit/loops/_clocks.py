"""`Clock`: the time of the event loop that a host is started on."""

from __future__ import annotations

import asyncio
import time
import weakref
from typing import TYPE_CHECKING, Any, Final, Protocol, final

import attrs
from twisted.python import runtime

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IReactorTime


class CallLater(Protocol):
    """Schedules a call, as Twisted's reactor and asyncio's event loop do."""

    def __call__(self, delay: float, function: Callable[..., Any], /, *args: Any) -> Cancellable:
        """Call a function after so many seconds."""


class Cancellable(Protocol):
    """A scheduled call."""

    def cancel(self) -> Any:
        """Do not call after all."""


@final
@attrs.frozen
class Clock:
    """What time it is, and a way to be called later.

    Attributes:
        call_later: Calls a function after so many seconds.
        seconds: The time, in seconds since something.
    """

    call_later: CallLater
    seconds: Callable[[], float]


def find_clock(chosen: IReactorTime | None) -> Clock:
    """Find the clock of the event loop that this is called on.

    Args:
        chosen: The clock to use, if it was chosen.

    Returns:
        That, or the running asyncio loop's, or else the Twisted reactor's.
    """
    if chosen is None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            from twisted.internet import reactor  # noqa: PLC0415 -- importing it installs it

            chosen = reactor
        else:
            return Clock(loop.call_later, loop.time)
    return Clock(chosen.callLater, seconds_of(chosen))


def seconds_of(reactor: Any) -> Callable[[], float]:
    """Find what durations on a reactor are measured by.

    Args:
        reactor: The reactor, or what stands in for it.

    Returns:
        Its own clock, unless that is the time of day, which may be set back or forward.
    """
    own: Callable[[], float] = reactor.seconds
    return time.monotonic if own is runtime.seconds else own


_moved: Final[weakref.WeakSet[Any]] = weakref.WeakSet()


def measure_by(clock: IReactorTime) -> None:
    """Have durations for which no clock is given measured by one that a test moves.

    Args:
        clock: The clock, which counts as long as something keeps it.
    """
    _moved.clear()
    _moved.add(clock)


def monotonic_seconds() -> Callable[[], float]:
    """Find what durations are measured by for which no clock is given."""
    for clock in _moved:
        seconds: Callable[[], float] = clock.seconds
        return seconds
    return time.monotonic


def make_monotonic(reactor: Any) -> None:
    """Have a reactor call later by a clock that is never set.

    Twisted's reactors call later by the time of day. If that is set back by an hour, nothing that
    is due is called for an hour; if it is set forward, everything is called at once.

    Args:
        reactor: The reactor; it need not run yet. Calls that it was asked for already keep their
            delays.
    """
    seconds = seconds_of(reactor)
    if seconds is reactor.seconds:
        return
    pending = [(call, call.getTime() - reactor.seconds()) for call in reactor.getDelayedCalls()]
    reactor.seconds = seconds
    for call, delay in pending:
        call.seconds = seconds
        call.reset(delay)

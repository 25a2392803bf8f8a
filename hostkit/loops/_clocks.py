"""`Clock`: the time of the event loop that a host is started on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol, final

import attrs

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
    return Clock(chosen.callLater, chosen.seconds)

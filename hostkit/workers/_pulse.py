"""`Pulse`: asks all workers each second whether they answer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.task import LoopingCall

from hostkit.loops import seconds_of

if TYPE_CHECKING:
    from hostkit.workers._fleet import Fleet

SILENT_SECONDS: Final = 5.0
"""After how long without an answer a process counts as one that does not serve."""

_EVERY_SECONDS: Final = 1.0
_log: Final = logging.getLogger("hostkit.workers")


@final
class Pulse:
    """Finds the processes whose event loops are blocked, or which are stopped.

    Others listen on their sockets meanwhile.

    Args:
        fleet: The workers.
        clock: Says when.
    """

    def __init__(self, fleet: Fleet, clock: Any) -> None:
        self._fleet = fleet
        self._seconds = seconds_of(clock)
        self._beating = LoopingCall(self.beat)
        self._beating.clock = clock

    def begin(self) -> None:
        """Begin to ask."""
        self._beating.start(_EVERY_SECONDS)

    def end(self) -> None:
        """Ask no more."""
        if self._beating.running:
            self._beating.stop()

    @property
    def is_regular(self) -> bool:
        """Whether every process that serves answers."""
        return not any(member.is_silent for member in self._fleet.ready)

    def beat(self) -> None:
        """Ask all processes that serve, and look at who has not answered."""
        now = self._seconds()
        for member in self._fleet.ready:
            silent = now - member.answered
            if silent >= SILENT_SECONDS and not member.is_silent:
                member.is_silent = True
                _log.warning(
                    "worker %s, process %d, has not answered for %.0fs; the others listen in its "
                    "place",
                    member.worker,
                    member.handle.pid,
                    silent,
                )
                self._fleet.settle()
            member.handle.send({"do": "ping"})

"""`PipelinedChannel`: requests that are sent before the answers to earlier ones were taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hostkit.web._twisted_private import TwistedChannel

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall
    from twisted.python.failure import Failure

REQUESTS_PER_TURN: Final = 16
"""How many requests one connection is served before all others have their turn."""


class PipelinedChannel(TwistedChannel):
    """A connection on which nothing is read while an answer waits to be taken.

    Twisted stops only to read from the network, and handles all requests that it has read by then:
    their answers may take a million times the memory of the requests.
    """

    site: Any
    _next_turn: IDelayedCall | None = None
    _in_turn = 0

    def pauseProducing(self) -> None:
        """Wait until what was written is taken."""
        super().pauseProducing()  # type: ignore[no-untyped-call]
        # Twisted goes on reading, without any limit, while a request is handled.
        self.pause_reading()
        self.paused = not self.is_handling

    def resumeProducing(self) -> None:
        """Go on after all that was written is taken."""
        super().resumeProducing()  # type: ignore[no-untyped-call]
        if not self.is_sending:
            self._go_on()

    def pipelined(self) -> None:
        """Let others have their turn after some requests."""
        self._in_turn += 1
        if self._in_turn < REQUESTS_PER_TURN or self.paused or self.is_handling:
            return
        self.paused = True
        self.pause_reading()
        self._next_turn = self.site.reactor.callLater(0, self._take_turn)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        """Handle nothing more."""
        if self._next_turn is not None:
            self._next_turn.cancel()
            self._next_turn = None
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def caught_up(self) -> None:
        """All requests that have arrived were handled, or are waited for."""

    def _take_turn(self) -> None:
        self._next_turn = None
        if not self.is_sending:
            self._go_on()

    def _go_on(self) -> None:
        self._in_turn = 0
        self.paused = False
        if self.has_unread:
            self.dataReceived(b"")  # type: ignore[no-untyped-call]
        if not self.paused:
            self.resume_reading()
            self.caught_up()

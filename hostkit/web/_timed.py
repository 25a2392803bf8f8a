"""`TimedChannel`: what one connection is doing, until when it may, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from twisted.internet.interfaces import IHalfCloseableProtocol
from zope.interface import implementer

from hostkit.web._bodies import Body, discard
from hostkit.web._connection import ChannelSite, Phase
from hostkit.web._pipeline import PipelinedChannel
from hostkit.web._refusals import body_too_slow, headers_too_slow
from hostkit.web._transports import Uptake, can_half_close, cut

if TYPE_CHECKING:
    from twisted.python.failure import Failure

LINGER_SECONDS: Final = 5
"""How long a refused client may go on sending, so that it can read the answer."""

ACTIVE_SECONDS: Final = 1
"""How long after a request its client is expected to send another one at once."""

HALF_CLOSED_SECONDS: Final = 5
"""How long a client that has ended its sending is answered; it may also have left altogether."""

# Reading a member of an Enum takes longer than all that is done with it for a request.
_IDLE: Final = Phase.IDLE
_HEADERS: Final = Phase.HEADERS
_BODY: Final = Phase.BODY
_BUSY: Final = Phase.BUSY
_CLOSING: Final = Phase.CLOSING


@implementer(IHalfCloseableProtocol)
class TimedChannel(PipelinedChannel):
    """A connection with a deadline for whatever it is doing.

    It sets no alarms: it only notes until when it may go on as it does, and its site looks.

    Attributes:
        site: What it belongs to.
        deadline: When to call `expire`, by the reactor's clock.
        phase: What it is doing; changed by `become`.
        busy_since: When the request in flight has arrived, or up to a second later.
        body: What arrives as the body of a request, or has arrived.
        is_half_closed: Whether the client sends nothing more.
    """

    site: ChannelSite
    transport: Any
    deadline = 0.0
    busy_since = 0.0
    phase = _IDLE
    body: Body | None = None
    _uptake: Uptake | None = None
    is_half_closed = False
    _waits = False
    _is_on_demand = False
    _sent_before = 0

    def become(self, phase: Phase) -> None:
        """Change what the connection is doing; the one place where requests in flight are counted.

        Nothing in it raises, so that the count is that of the connections with a request.
        """
        if self.phase is _BUSY:
            self.site.busy -= 1
            self._is_on_demand = False
            self._wait_for_client(waits=False)
        if phase is _BUSY:
            self.site.busy += 1
            self.busy_since = self.site.horizon
        elif self.body is not None:
            self.body.forget()
            self.body = None
        self.phase = phase

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        """Leave the site; the handler of a request in flight is notified."""
        self._leave()
        super().connectionLost(reason)

    def registerProducer(self, producer: Any, streaming: Any) -> None:
        """Take an answer from a producer; one that is pulled is held up by its client alone."""
        if not streaming and self.phase is _BUSY:
            self._is_on_demand = True
            self._wait_for_client(waits=True)
        super().registerProducer(producer, streaming)  # type: ignore[no-untyped-call]

    def pauseProducing(self) -> None:
        """Wait until what was answered is taken, as long as the client takes any of it."""
        super().pauseProducing()
        if self.phase is _BUSY:
            self._wait_for_client(waits=True)
        if self._uptake is None:
            self._uptake = Uptake(self.transport, self.site.seconds)
        self._uptake.begin()
        self.deadline = self.site.horizon + self.site.limits.send_idle

    def resumeProducing(self) -> None:
        """Go on after all that was answered is taken."""
        if not self._is_on_demand:
            self._wait_for_client(waits=False)
        limits = self.site.limits
        allowed = {_IDLE: limits.idle, _HEADERS: limits.headers_time}.get(
            self.phase, HALF_CLOSED_SECONDS
        )
        self.deadline = self.site.horizon + allowed
        super().resumeProducing()
        if self.site.is_draining and self.phase is _IDLE:
            self.drain()

    def readConnectionLost(self) -> None:
        """Answer what was sent, and close the connection; the client sends nothing more."""
        self.is_half_closed = True
        self.caught_up()

    def writeConnectionLost(self) -> None:
        """Go on to ignore what a refused client sends."""

    def caught_up(self) -> None:
        """Close the connection if everything was answered that will ever be sent."""
        if not self.is_half_closed:
            return
        if self.phase is _CLOSING:
            self.loseConnection()  # type: ignore[no-untyped-call]
        elif self.paused or self.is_reading:
            return
        elif self.phase is not _BUSY:
            self.hang_up()
        elif not self.is_sending:
            self.deadline = self.site.horizon + HALF_CLOSED_SECONDS

    def refuse(self, answer: bytes) -> None:
        """Answer in the place of a resource, and hang up.

        Args:
            answer: All that is sent.
        """
        if self.phase is _CLOSING:
            return
        if self.phase is _BODY:
            discard(self.requests[-1])
        if self.method == b"HEAD":
            answer = answer[: answer.index(b"\r\n\r\n") + 4]
        self.transport.write(answer)
        self._end()
        if can_half_close(self.transport):
            # Closed in both directions, the system would drop the answer as soon as the client
            # sends more.
            self.transport.unregisterProducer()
            self.transport.loseWriteConnection()
        else:
            self.loseConnection()  # type: ignore[no-untyped-call]

    def expire(self) -> None:
        """Do what the deadline was set for."""
        if self.is_sending and self._uptake is not None:
            closing = self.phase is _CLOSING
            patience = LINGER_SECONDS if closing else self.site.limits.send_idle
            self.deadline = self._uptake.taken_at + patience
            if self.deadline <= self.site.seconds():
                self.abort()
        elif self.phase is _IDLE:
            self.hang_up()
        elif self.phase is _HEADERS:
            self._expire_headers()
        elif self.phase is _CLOSING:
            self.abort()
        elif self.phase is _BUSY and self.is_half_closed:
            sent = self.requests[0].sentLength
            if sent == self._sent_before:
                self.abort()
            self._sent_before = sent
            self.deadline = self.site.horizon + HALF_CLOSED_SECONDS
        elif self.phase is _BODY and self.body is not None:
            self.deadline = self.body.extend()
            if self.deadline <= self.site.seconds():
                self.refuse(body_too_slow())

    def drain(self) -> None:
        """Take no request after the one in flight."""
        if self.phase in {_BODY, _BUSY}:
            self.persistent = False
            # An answer that has begun cannot be changed any more, and this does no harm.
            self.requests[-1].responseHeaders.setRawHeaders(b"connection", [b"close"])
        elif self.phase is _IDLE and not self.is_sending:  # or else it is done afterwards
            idle_since = self.deadline - self.site.limits.idle
            if idle_since + ACTIVE_SECONDS > self.site.seconds():
                # Its client may have sent a request that has not arrived yet.
                self.deadline = self.site.seconds() + ACTIVE_SECONDS
            else:
                self.hang_up()

    def hang_up(self) -> None:
        """Close the connection after all that was written is taken; nothing more is heard."""
        self._end()
        self.loseConnection()  # type: ignore[no-untyped-call]

    def abort(self) -> None:
        """Cut the connection, whatever is in flight, and whatever its transport raises."""
        cut(self.transport)
        # It may have said so already, or never will.
        self._leave()

    def _wait_for_client(self, *, waits: bool) -> None:
        """Count the request in flight as one that only its client holds up, or not any more."""
        if waits is not self._waits:
            self._waits = waits
            self.site.held_up += 1 if waits else -1

    def _leave(self) -> None:
        self.become(_CLOSING)
        self.site.remove(self)

    def _expire_headers(self) -> None:
        limits = self.site.limits
        if self.requests or self.has_unread:
            self.refuse(headers_too_slow())
        elif self.site.is_draining or limits.idle <= limits.headers_time:
            self.hang_up()
        else:  # it was an empty line after a body, which some clients send
            self.become(_IDLE)
            self.deadline += limits.idle - limits.headers_time

    def _end(self) -> None:
        """Ignore what arrives; the client has some time to leave."""
        self.become(_CLOSING)
        self.deadline = self.site.horizon + LINGER_SECONDS
        ignore: Any = _ignore
        self.dataReceived = self.lineReceived = ignore  # type: ignore[method-assign]
        self.rawDataReceived = self.allContentReceived = ignore  # type: ignore[method-assign]


def _ignore(*_: object) -> None:
    pass

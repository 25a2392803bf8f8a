"""`HttpChannel`: one connection, whose requests are held to the limits of their listener."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, cast, final

from hostkit.web._bodies import Body, discard
from hostkit.web._connection import ChannelSite, Phase
from hostkit.web._refusals import (
    body_not_stored,
    body_too_slow,
    headers_too_slow,
    too_many_requests,
    unreadable,
)
from hostkit.web._transports import can_half_close, cut
from hostkit.web._twisted_private import TwistedChannel

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress
    from twisted.python.failure import Failure
    from twisted.web.http import Request

_log: Final = logging.getLogger("hostkit.web")

LINGER_SECONDS: Final = 5
"""How long a refused client may go on sending, so that it can read the answer."""

ACTIVE_SECONDS: Final = 1
"""How long after a request its client is expected to send another one at once."""

SLOWEST_BYTES_PER_SECOND: Final = 1024
"""For each so many bytes of it an answer gets one more second."""


# Reading a member of an Enum takes longer than all that is done with it for a request.
_IDLE: Final = Phase.IDLE
_HEADERS: Final = Phase.HEADERS
_BODY: Final = Phase.BODY
_BUSY: Final = Phase.BUSY
_CLOSING: Final = Phase.CLOSING


@final
class HttpChannel(TwistedChannel):
    """An HTTP connection.

    It sets no alarms: it only notes until when it may go on as it does, and its site looks.

    Attributes:
        site: What it belongs to.
        deadline: When to call `expire`, by the reactor's clock.
        client: What connections of its client are counted by, if they are.
        is_extra: Whether there was no place for it, and it is for one health check.
    """

    site: ChannelSite
    transport: Any
    deadline = 0.0
    client: str | None = None
    is_extra = False
    _phase = _IDLE
    _sent_deadline = 0.0
    _body: Body | None = None

    def connectionMade(self) -> None:
        """Apply the listener's limits and register with the site."""
        super().connectionMade()  # type: ignore[no-untyped-call]
        limits = self.site.limits
        self.maxHeaders = limits.headers
        self.totalHeadersSize = self.MAX_LENGTH = limits.headers_size
        # It is asked for with each request, and is a system call.
        self._host = self.transport.getHost()
        self.site.add(self)
        self.deadline = self.site.horizon + limits.idle
        if self.site.is_draining:
            self.drain()

    def getHost(self) -> IAddress:
        """The address of this end."""
        return cast("IAddress", self._host)

    def dataReceived(self, data: bytes) -> None:
        """Take what has arrived."""
        if self._phase is _IDLE:
            self._phase = _HEADERS
            self.deadline = self.site.horizon + self.site.limits.headers_time
        try:
            self.read(data)
        except ValueError:  # a length of more digits than Python reads, for instance
            self.refuse_unreadable()

    def allHeadersReceived(self) -> None:
        """Decide whether a request is accepted, before anything of its body is read."""
        site = self.site
        headers = self.requests[-1].requestHeaders
        answer = site.admission.judge(self.url, self.length, self.version, headers)
        if isinstance(answer, int) and site.is_full(self.url, is_extra=self.is_extra):
            answer = too_many_requests()
        if isinstance(answer, bytes):
            self.refuse(answer)
            site.log(self.note_answer(answer))
            return
        self._phase = _BODY
        try:
            super().allHeadersReceived()  # type: ignore[no-untyped-call]
        except OSError as error:  # there is no room for what is announced
            self._refuse_to_store(error)
            return
        if site.is_draining or self.is_extra:
            self.drain()
        if self.length != 0:
            self._body = Body(site.bodies, site.limits, answer, site.memory_bytes, site.horizon)
            self.deadline = self._body.deadline
            self.give_chunks(self._take_chunk)

    def allContentReceived(self) -> None:
        """Handle a request that has arrived, or refuse it if its body could not be stored."""
        site = self.site
        content = self.requests[-1].content
        try:
            content.flush()
        except OSError as error:
            self._refuse_to_store(error)
            return
        # A body that never comes takes no one's place. All else was asked with the headers.
        if self._body is not None and site.is_full(self.url, is_extra=self.is_extra):
            self.refuse(too_many_requests())
            return
        self._become(_BUSY)
        super().allContentReceived()  # type: ignore[no-untyped-call]

    def requestDone(self, request: Request) -> None:
        """Wait for the next request."""
        site = self.site
        self._become(_IDLE)
        self.deadline = site.horizon + site.limits.idle
        self._sent_deadline = self.deadline + request.sentLength / SLOWEST_BYTES_PER_SECOND
        super().requestDone(request)  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        """Leave the site; the handler of a request in flight is notified."""
        self._leave()
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def lineLengthExceeded(self, line: bytes) -> None:
        """Refuse a line that is longer than all lines may be together."""
        self.note_line(line)
        self.refuse_unreadable()

    def refuse(self, answer: bytes) -> None:
        """Answer in the place of a resource, and hang up.

        Args:
            answer: All that is sent.
        """
        if self._phase is _CLOSING:
            return
        if self._phase is _BODY:
            discard(self.requests[-1])
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
        if self._phase is _IDLE:
            if self.is_sending and self._sent_deadline > self.site.seconds():
                # What was answered is still on its way.
                self.deadline = self.site.horizon + self.site.limits.idle
            else:
                self._hang_up()
        elif self._phase is _HEADERS:
            self.refuse(headers_too_slow())
        elif self._phase is _CLOSING:
            self.abort()
        elif self._phase is _BODY and self._body is not None:
            self.deadline = self._body.extend()
            if self.deadline <= self.site.seconds():
                self.refuse(body_too_slow())

    def drain(self) -> None:
        """Take no request after the one in flight."""
        if self._phase in {_BODY, _BUSY}:
            self.persistent = False
            # An answer that has begun cannot be changed any more, and this does no harm.
            self.requests[-1].responseHeaders.setRawHeaders(b"connection", [b"close"])
        elif self._phase is _IDLE:
            idle_since = self.deadline - self.site.limits.idle
            if idle_since + ACTIVE_SECONDS > self.site.seconds():
                # Its client may have sent a request that has not arrived yet.
                self.deadline = self.site.seconds() + ACTIVE_SECONDS
            else:
                self._hang_up()

    def abort(self) -> None:
        """Cut the connection, whatever is in flight, and whatever its transport raises."""
        cut(self.transport)
        # It may have said so already, or never will.
        self._leave()

    def _take_chunk(self, data: bytes) -> None:
        if self._body is None:  # it was refused, and what came with it is read to its end
            return
        try:
            refusal = self._body.take(self.requests[-1], data)
        except OSError as error:
            self._refuse_to_store(error)
        else:
            if refusal is not None:
                self.refuse(refusal)

    def _refuse_to_store(self, error: OSError) -> None:
        self.refuse(body_not_stored())
        _log.error(
            "the body of a request cannot be stored in a temporary file: %s; all are that are "
            "longer than %d bytes (`limits: body_in_memory`), or for which `bodies_in_memory` has "
            "no room",
            error.strerror or error,
            self.site.memory_bytes,
        )

    def _become(self, phase: Phase) -> None:
        """Change what the connection is doing; the one place where requests in flight are counted.

        Nothing in it raises, so that the count is that of the connections with a request.
        """
        if self._phase is _BUSY:
            self.site.busy -= 1
        if phase is _BUSY:
            self.site.busy += 1
        elif self._body is not None:
            self._body.forget()
            self._body = None
        self._phase = phase

    def _leave(self) -> None:
        self._become(_CLOSING)
        self.site.remove(self)

    def _hang_up(self) -> None:
        self._end()
        self.loseConnection()  # type: ignore[no-untyped-call]

    def _end(self) -> None:
        """Ignore what arrives; the client has some time to leave."""
        self._become(_CLOSING)
        self.deadline = self.site.horizon + LINGER_SECONDS
        ignore: Any = _ignore
        self.dataReceived = self.lineReceived = ignore  # type: ignore[method-assign]
        self.rawDataReceived = self.allContentReceived = ignore  # type: ignore[method-assign]

    def refuse_unreadable(self) -> None:
        """Say what is wrong with what was sent, and hang up."""
        size, count = self.headers_size, self.headers_count
        self.refuse(unreadable(self.site.limits, size, count, is_first=not self.requests))

    def upgraded(self) -> None:
        """Go on looking at the connection's end, although another protocol has it."""
        lost = self.connectionLost

        def connection_lost(reason: Failure) -> None:
            self._leave()
            lost(reason)

        self.connectionLost = connection_lost  # type: ignore[method-assign]


def _ignore(*_: object) -> None:
    pass

"""`HttpChannel`: one connection, whose requests are held to the limits of their listener."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, cast, final

from hostkit.web._bodies import Body
from hostkit.web._connection import Phase
from hostkit.web._hosts import split_target
from hostkit.web._refusals import (
    body_not_stored,
    too_many_requests,
    unreadable,
)
from hostkit.web._timed import TimedChannel

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress
    from twisted.python.failure import Failure
    from twisted.web.http import Request
    from twisted.web.http_headers import Headers

_log: Final = logging.getLogger("hostkit.web")

# Reading a member of an Enum takes longer than all that is done with it for a request.
_IDLE: Final = Phase.IDLE
_HEADERS: Final = Phase.HEADERS
_BODY: Final = Phase.BODY
_BUSY: Final = Phase.BUSY


@final
class HttpChannel(TimedChannel):
    """An HTTP connection.

    Attributes:
        client: What connections of its client are counted by, if they are.
        is_extra: Whether there was no place for it, and it is for one health check.
    """

    client: str | None = None
    is_extra = False

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
        if self.phase is _IDLE:
            self.phase = _HEADERS
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
        if not self.url.startswith(b"/"):
            self._serve_absolute(headers)
        self.phase = _BODY
        try:
            super().allHeadersReceived()  # type: ignore[no-untyped-call]
        except OSError as error:  # there is no room for what is announced
            self._refuse_to_store(error)
            return
        if site.is_draining or self.is_extra:
            self.drain()
        if self.length != 0:
            self.body = Body(site.bodies, site.limits, answer, site.memory_bytes, site.horizon)
            self.deadline = self.body.deadline
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
        if self.body is not None and site.is_full(self.url, is_extra=self.is_extra):
            self.refuse(too_many_requests())
            return
        self.become(_BUSY)
        super().allContentReceived()  # type: ignore[no-untyped-call]

    def requestDone(self, request: Request) -> None:
        """Wait for the next request."""
        site = self.site
        self.become(_IDLE)
        if not self.is_sending:
            self.deadline = site.horizon + site.limits.idle
        super().requestDone(request)
        if self.is_half_closed:
            self.caught_up()

    def lineLengthExceeded(self, line: bytes) -> None:
        """Refuse a line that is longer than all lines may be together."""
        self.note_line(line)
        self.refuse_unreadable()

    def _serve_absolute(self, headers: Headers) -> None:
        """Serve what is asked for as of a proxy: its host replaces the header (RFC 9112, 3.2.2)."""
        authority, target = split_target(self.url)
        if authority is not None:
            self.ask_for(target)
            headers.setRawHeaders(b"host", [authority])

    def _take_chunk(self, data: bytes) -> None:
        if self.body is None:  # it was refused, and what came with it is read to its end
            return
        try:
            refusal = self.body.take(self.requests[-1], data)
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
        # There are no answers to come: a client that has ended its sending has left.
        self.readConnectionLost = self.hang_up  # type: ignore[method-assign]

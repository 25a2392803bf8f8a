"""`HostSite`: the connections of one listener."""

from __future__ import annotations

import logging
import time
from typing import IO, TYPE_CHECKING, Any, Final, final
from urllib.parse import unquote_to_bytes

from twisted.internet.defer import Deferred, succeed
from twisted.web.http import combinedLogFormatter, datetimeToLogString
from twisted.web.server import Site

from hostkit.loops import seconds_of
from hostkit.web._bodies import open_body
from hostkit.web._channel import HttpChannel
from hostkit.web._overload import Notice, Refused
from hostkit.web._refusals import body_too_long, too_many_requests, url_too_long
from hostkit.web._request import HostRequest

if TYPE_CHECKING:
    from collections.abc import Collection

    from twisted.internet.interfaces import IDelayedCall
    from twisted.web.http import Request
    from twisted.web.resource import IResource

    from hostkit.config import Listener

TICK_SECONDS: Final = 1
"""How often deadlines are looked at."""

_access: Final = logging.getLogger("hostkit.access")


@final
class HostSite(Site):
    """Serves a resource on one listener, within its limits.

    One call per second looks at the deadlines of all connections; so a request costs no alarms.

    Args:
        root: What is served.
        listener: Whose settings hold.
        reactor: The Twisted reactor.
        always: Paths that are served even if there are too many requests.

    Attributes:
        limits: What requests are held to.
        memory_bytes: The longest body that is kept in memory.
        always: As in the arguments.
        busy: How many requests are in flight.
        horizon: When deadlines are looked at next. They are counted from then, so that no client
            gets less time than was promised.
        is_draining: Whether connections are to end.
    """

    protocol = HttpChannel  # type: ignore[assignment]

    def __init__(
        self,
        root: IResource,
        listener: Listener,
        reactor: Any,
        always: Collection[bytes] = (),
    ) -> None:
        super().__init__(root, requestFactory=HostRequest, reactor=reactor, timeout=None)  # type: ignore[no-untyped-call]
        self.busy = 0
        self.horizon = 0.0
        self.is_draining = False
        self.seconds = seconds_of(reactor)
        is_clock_in_memory = self.seconds is not time.monotonic  # it is the time of day, too
        self._time_of_day = self.seconds if is_clock_in_memory else time.time
        self._channels: set[HttpChannel] = set()
        self._next_look: IDelayedCall | None = None
        self._waiting: list[Deferred[None]] = []
        self._settling: list[tuple[Deferred[None], list[tuple[HttpChannel, Request]]]] = []
        self._full = Notice(self.seconds)
        self.adopt(root, listener, always)

    def adopt(self, root: IResource, listener: Listener, always: Collection[bytes]) -> None:
        """Serve something else from now on, also on the connections that there are.

        Args:
            root: What is served.
            listener: Whose settings hold.
            always: Paths that are served even if there are too many requests.
        """
        self.resource = root
        self.limits = listener.limits
        # A hook can always be called, also where there is no folder for temporary files.
        self.memory_bytes = max(self.limits.hooks_body, self.limits.body_in_memory)
        self.always = always
        self._endpoint = listener.endpoint
        self._serves_modules = "modules" in listener.serve
        self._has_access_log = listener.access_log

    @property
    def connections(self) -> int:
        """How many connections there are."""
        return len(self._channels)

    @property
    def transports(self) -> list[Any]:
        """What the connections are made of."""
        return [channel.transport for channel in self._channels]

    def buildProtocol(self, addr: Any) -> Any:
        """Make what answers on a new connection, or closes it if there are too many."""
        limit = self.limits.connections
        if len(self._channels) < limit:
            return super().buildProtocol(addr)  # type: ignore[no-untyped-call]
        self._full.log(
            "%s: there are %d connections, the most that `limits: connections` allows; others are "
            "closed at once",
            self._endpoint,
            limit,
        )
        return Refused()

    def startFactory(self) -> None:
        """Begin; `Site` would begin to note the time for a log that is not its own here."""

    def stopFactory(self) -> None:
        """Accept no more connections; those there are go on."""

    def log(self, request: Request) -> None:
        """Note a request that was answered, if this was asked for."""
        if self._has_access_log:
            _access.info(
                "%s", combinedLogFormatter(datetimeToLogString(self._time_of_day()), request)
            )

    def acceptableProtocols(self) -> list[bytes]:
        """Offer HTTP/1.1 only, as the limits hold for nothing else."""
        return [b"http/1.1"]

    def longest_body(self, url: bytes) -> int:
        """How long the body of a request may be.

        Args:
            url: The request's URL, not decoded.
        """
        first = unquote_to_bytes(url.split(b"?", 1)[0]).lstrip(b"/").split(b"/", 1)[0]
        if first == b"_hostkit" or not self._serves_modules:
            return self.limits.hooks_body
        return self.limits.body

    def judge(self, url: bytes, length: int | None) -> bytes | None:
        """Decide whether a request is accepted, before anything of its body is read.

        Args:
            url: The request's URL, not decoded.
            length: How long its body is; `None` if that is not known yet.

        Returns:
            What refuses it; `None` if it is accepted.
        """
        limits = self.limits
        if len(url) > limits.url:
            return url_too_long(limits.url)
        if length and length > self.longest_body(url):
            return body_too_long(self.longest_body(url))
        if self.busy >= limits.requests and url.partition(b"?")[0] not in self.always:
            return too_many_requests()
        return None

    def getContentFile(self, length: int | None) -> IO[bytes]:
        """Open something to keep the body of a request in, as `hostkit.web._bodies` does."""
        return open_body(length, self.memory_bytes)

    def add(self, channel: HttpChannel) -> None:
        """Begin to look at a connection's deadlines."""
        self._channels.add(channel)
        if self._next_look is None:
            self._look_later()

    def remove(self, channel: HttpChannel) -> None:
        """Forget a connection."""
        self._channels.discard(channel)
        if not self._channels:
            self._look_at_settling()
        while self._waiting and not self._channels:
            self._waiting.pop().callback(None)

    def drain(self) -> None:
        """Let every connection end as soon as no request is in flight on it, also those to come."""
        self.is_draining = True
        for channel in tuple(self._channels):
            channel.drain()

    def emptied(self) -> Deferred[None]:
        """Wait until there are no connections."""
        if not self._channels:
            return succeed(None)
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        return waiting

    def settled(self) -> Deferred[None]:
        """Wait until all requests in flight now are answered, or their clients have left.

        It is looked at as deadlines are, so it may be known a second late.
        """
        in_flight = [
            (channel, request) for channel in self._channels for request in channel.requests
        ]
        if not in_flight:
            return succeed(None)
        settled: Deferred[None] = Deferred()
        self._settling.append((settled, in_flight))
        return settled

    def abort(self) -> None:
        """Cut all connections."""
        for channel in tuple(self._channels):
            channel.abort()

    def _look(self) -> None:
        self._next_look = None
        if self._channels:
            self._look_later()
        now = self.seconds()
        for channel in tuple(self._channels):
            if channel.deadline <= now:
                channel.expire()
        self._look_at_settling()

    def _look_at_settling(self) -> None:
        for entry in tuple(self._settling):
            settled, in_flight = entry
            if not any(
                channel in self._channels and request in channel.requests
                for channel, request in in_flight
            ):
                self._settling.remove(entry)
                settled.callback(None)

    def _look_later(self) -> None:
        self.horizon = self.seconds() + TICK_SECONDS
        self._next_look = self.reactor.callLater(TICK_SECONDS, self._look)

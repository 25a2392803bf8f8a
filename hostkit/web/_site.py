"""`HostSite`: the connections of one listener."""

from __future__ import annotations

import logging
import time
from typing import IO, TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import Deferred, succeed
from twisted.web.http import combinedLogFormatter, datetimeToLogString
from twisted.web.server import Site

from hostkit.logs import About
from hostkit.loops import seconds_of
from hostkit.web._admission import Admission
from hostkit.web._arrivals import Arrivals, Refused
from hostkit.web._bodies import Bodies, open_body
from hostkit.web._channel import HttpChannel
from hostkit.web._endpoints import is_loopback_port
from hostkit.web._proxies import Proxies
from hostkit.web._request import HostRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from twisted.internet.interfaces import IDelayedCall
    from twisted.web.http import Request
    from twisted.web.resource import IResource

    from hostkit.config import Listener

TICK_SECONDS: Final = 1
"""How often deadlines are looked at."""

_log: Final = logging.getLogger("hostkit.serve")
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
        bodies: How much of bodies is kept.
        admission: Whether a request is accepted.
        proxies: Which proxies are trusted; `None` if none is.
        busy: How many requests are in flight.
        held_up: How many of these wait for their clients to take what was answered.
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
        self.held_up = 0
        self.bodies = Bodies()
        self.horizon = 0.0
        self.is_draining = False
        self.seconds = seconds_of(reactor)
        is_clock_in_memory = self.seconds is not time.monotonic  # it is the time of day, too
        self._time_of_day = self.seconds if is_clock_in_memory else time.time
        self._channels: set[HttpChannel] = set()
        self._next_look: IDelayedCall | None = None
        self._waiting: list[Deferred[None]] = []
        self._settling: list[tuple[Deferred[None], list[tuple[HttpChannel, Request]]]] = []
        self._arrivals = Arrivals(listener, has_health=bool(always))
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
        is_loopback = is_loopback_port(listener.endpoint)
        self.admission = Admission(listener, always, is_loopback=is_loopback)
        trusted = listener.trusted_proxies
        self.proxies = Proxies(trusted) if trusted is not None else None
        self._arrivals.adopt(listener, has_health=bool(always))
        self._endpoint = listener.endpoint
        self._has_access_log = listener.access_log

    @property
    def connections(self) -> int:
        """How many connections there are."""
        return len(self._channels)

    @property
    def channels(self) -> tuple[HttpChannel, ...]:
        """The connections."""
        return tuple(self._channels)

    @property
    def transports(self) -> list[Any]:
        """What the connections are made of."""
        return [channel.transport for channel in self._channels]

    def buildProtocol(self, addr: Any) -> Any:
        """Make what answers on a new connection, or closes it if there are too many."""
        channel = super().buildProtocol(addr)  # type: ignore[no-untyped-call]
        return channel if self._arrivals.admit(channel, addr) else Refused()

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

    def is_full(self, url: bytes, *, is_extra: bool) -> bool:
        """Whether there are too many requests in flight for another one.

        Args:
            url: The request's URL, not decoded.
            is_extra: Whether it comes on a connection for health checks only.
        """
        is_busy = is_extra or self.busy - self.held_up >= self.limits.requests
        return is_busy and not self.admission.is_always(url)

    def getContentFile(self, length: int | None) -> IO[bytes]:
        """Open something to keep the body of a request in, as `hostkit.web._bodies` does."""
        return open_body(length, self.memory_bytes)

    def add(self, channel: HttpChannel) -> None:
        """Begin to look at a connection's deadlines."""
        self._channels.add(channel)
        self._arrivals.add(channel)
        if self._next_look is None:
            self._look_later()

    def remove(self, channel: HttpChannel) -> None:
        """Forget a connection."""
        if channel in self._channels:
            self._channels.remove(channel)
            self._arrivals.remove(channel)
        if not self._channels:
            self._look_at_settling()
            self._stop_looking()
        while self._waiting and not self._channels:
            self._waiting.pop().callback(None)

    def drain(self) -> None:
        """Let every connection end as soon as no request is in flight on it, also those to come."""
        self.is_draining = True
        self._each(HttpChannel.drain, self._channels)
        self._stop_looking()

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
        self._each(HttpChannel.abort, self._channels)

    def _look(self) -> None:
        self._next_look = None
        if self._channels:
            self._look_later()
        now = self.seconds()
        self._each(HttpChannel.expire, [it for it in self._channels if it.deadline <= now])
        self._look_at_settling()

    def _each(self, act: Callable[[HttpChannel], None], channels: Collection[HttpChannel]) -> None:
        """Do something with connections; one whose transport raises does not stop the others."""
        for channel in tuple(channels):
            try:
                act(channel)
            except Exception as error:  # noqa: BLE001 -- whatever a transport raises
                _log.error(
                    "%s: a connection is cut, as its transport failed: %r",
                    self._endpoint,
                    error,
                    extra=About(listener=self._endpoint).extra,
                )
                channel.abort()

    def _look_at_settling(self) -> None:
        for entry in tuple(self._settling):
            settled, in_flight = entry
            if not any(
                channel in self._channels and request in channel.requests
                for channel, request in in_flight
            ):
                self._settling.remove(entry)
                settled.callback(None)

    def _stop_looking(self) -> None:
        """Leave no alarm behind when the last connection has ended."""
        if self.is_draining and not self._channels and self._next_look is not None:
            self._next_look.cancel()
            self._next_look = None

    def _look_later(self) -> None:
        self.horizon = self.seconds() + TICK_SECONDS
        self._next_look = self.reactor.callLater(TICK_SECONDS, self._look)

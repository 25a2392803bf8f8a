"""`Arrivals`: which new connections a listener takes, and which for a health check only."""

from __future__ import annotations

import logging
import os
import resource
from collections import Counter
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.protocol import Protocol

from hostkit.logs import About
from hostkit.web._peers import address_of

if TYPE_CHECKING:
    from hostkit.config import Listener
    from hostkit.web._channel import HttpChannel

MOST_EXTRA: Final = 16
"""How many connections are taken for health checks where there is no place for others."""

_KEPT_FILES: Final = 32
_KEPT_SHARE: Final = 8  # where few files can be open, an eighth of them is kept
_log: Final = logging.getLogger("hostkit.serve")


def client_of(peer: object) -> str | None:
    """Return what connections of one client are counted by.

    Args:
        peer: The address from which a connection comes.

    Returns:
        An IPv4 address, or the first half of an IPv6 address, as all with that belong to one
        network; `None` for this machine, whose proxies have many connections.
    """
    address = address_of(peer)
    if address is None or address.is_loopback:
        return None
    if isinstance(address, IPv6Address):
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return str(address)


def is_short_of_files() -> bool:
    """Whether the process has few file descriptors left.

    Those are kept for files that modules open, and for health checks.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        # The system gives the lowest number that is free, so as many are taken.
        lowest = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return True
    os.close(lowest)
    return lowest >= limit - min(_KEPT_FILES, limit // _KEPT_SHARE)


@final
class Arrivals:
    """Which connections a listener takes.

    Args:
        listener: Whose settings hold.
        has_health: Whether health checks are answered.
    """

    def __init__(self, listener: Listener, *, has_health: bool) -> None:
        self._clients: Counter[str] = Counter()
        self._extra: dict[HttpChannel, None] = {}  # in the order of their arrival
        self._taken = 0
        self.adopt(listener, has_health=has_health)

    def adopt(self, listener: Listener, *, has_health: bool) -> None:
        """Have other settings hold from now on.

        Args:
            listener: Whose settings hold.
            has_health: Whether health checks are answered.
        """
        self._limits = listener.limits
        self._endpoint = listener.endpoint
        self._has_health = has_health
        # What a proxy says about its clients comes only when it is connected.
        self._knows_clients = not listener.endpoint.startswith("haproxy:")

    def admit(self, channel: HttpChannel, peer: object) -> bool:
        """Decide about a new connection; it is marked if it is for health checks only.

        Args:
            channel: What answers on it.
            peer: Where it comes from.
        """
        client = client_of(peer) if self._knows_clients else None
        if not self._is_full(client):
            channel.client = client
            return True
        channel.is_extra = self._has_health
        return self._has_health

    def add(self, channel: HttpChannel) -> None:
        """Count a connection that was taken."""
        if not channel.is_extra:
            self._taken += 1
            if channel.client is not None:
                self._clients[channel.client] += 1
            return
        # A health check sends its request at once, and is served before the next one comes.
        if len(self._extra) >= MOST_EXTRA:
            next(iter(self._extra)).abort()
        self._extra[channel] = None

    def remove(self, channel: HttpChannel) -> None:
        """Make room for another connection than one that has ended."""
        if channel.is_extra:
            self._extra.pop(channel, None)
            return
        self._taken -= 1
        if channel.client is not None:
            self._clients[channel.client] -= 1
            if not self._clients[channel.client]:
                del self._clients[channel.client]

    def _is_full(self, client: str | None) -> bool:
        limits = self._limits
        if self._taken >= limits.connections:
            self._warn(
                "there are %d connections, the most that `limits: connections` allows",
                limits.connections,
            )
        elif client is not None and self._clients[client] >= limits.connections_per_address:
            self._warn(
                "there are %d connections from %s, the most that `limits: connections_per_address` "
                "allows",
                limits.connections_per_address,
                client,
            )
        elif is_short_of_files():
            self._warn(
                "of the %d files and connections that can be open only the last few are left, "
                "which are kept for files; raise the limit (`ulimit -n`, LimitNOFILE= of systemd), "
                "or set `limits: connections` below it",
                resource.getrlimit(resource.RLIMIT_NOFILE)[0],
            )
        else:
            return False
        return True

    def _warn(self, message: str, *args: object) -> None:
        extra = About(listener=self._endpoint).extra
        _log.error(f"%s: {message}; others are closed at once", self._endpoint, *args, extra=extra)


@final
class Refused(Protocol):
    """A connection that is one too many."""

    def connectionMade(self) -> None:
        """Close it."""
        transport: Any = self.transport
        transport.abortConnection()

"""`GivenSockets`: a process listens on sockets that another one has opened."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import DeferredList, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort, IReadDescriptor
from zope.interface import implementer

from hostkit.web._sockets import SocketReactor
from hostkit.web._unix import Adopter

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from twisted.internet.defer import Deferred

    from hostkit.web._sockets import Place

_MISSING: Final = OSError("the supervisor has not given its sockets to this process")


@final
class GivenSockets(SocketReactor):
    """A reactor whose sockets were opened by the supervisor of this process.

    Of a place with several sockets, each worker listens on its own one, and on those of others for
    as long as they have no process: connections may be waiting there.

    Args:
        reactor: The Twisted reactor.
        slot: The number of this worker among those of its host, from 0.

    Attributes:
        is_last: Whether no other process goes on with the sockets when this one listens no more.
    """

    def __init__(self, reactor: Any, slot: int) -> None:
        super().__init__(reactor)
        self._slot = slot
        self._covered: frozenset[int] = frozenset()
        self._sockets: dict[str, list[int]] = {}
        self._ports: list[GivenPort] = []
        self.is_last = False

    def add(self, key: str, descriptors: Iterable[int]) -> None:
        """Take the sockets of a place.

        Args:
            key: The place's key.
            descriptors: Its sockets, which belong to this object from now on.
        """
        self.drop([key])
        self._sockets[key] = [*descriptors]

    def drop(self, keys: Iterable[str]) -> None:
        """Close the sockets of places at which nothing is served any more."""
        for key in keys:
            for descriptor in self._sockets.pop(key, ()):
                os.close(descriptor)

    def cover(self, slots: Collection[int]) -> None:
        """Listen also in the place of workers that have no process now.

        Args:
            slots: Their numbers.
        """
        self._covered = frozenset(slots)
        for port in self._ports:
            port.cover(self._slots)

    def forget(self, port: GivenPort) -> None:
        """Take note that a port is closed."""
        self._ports.remove(port)

    @property
    def _slots(self) -> frozenset[int]:
        return self._covered | {self._slot}

    def listen(self, place: Place, factory: Any) -> GivenPort:
        """Listen on the sockets of a place."""
        sockets = self._sockets.get(place.key)
        if sockets is None:
            raise CannotListenError(place.name, place.port, _MISSING)
        port = GivenPort(self._reactor, sockets, factory, self)
        port.cover(self._slots)
        self._ports.append(port)
        return port


@final
@implementer(IListeningPort, IReadDescriptor)
class GivenPort:
    """What listens on some of the sockets of a place, as one port.

    Args:
        reactor: The Twisted reactor.
        sockets: All sockets of the place.
        factory: Makes what answers.
        owner: Knows the ports that are open, of which this is one until it is closed.
    """

    def __init__(self, reactor: Any, sockets: list[int], factory: Any, owner: GivenSockets) -> None:
        self._adopter = Adopter(reactor)
        self._sockets = sockets
        self._factory = factory
        self._owner = owner
        self._open: dict[int, Any] = {}
        self._is_reading = True

    def cover(self, slots: Collection[int]) -> None:
        """Listen on the sockets of these workers, and no others; on a shared one in any case."""
        wanted = {slot % len(self._sockets) for slot in slots}
        for slot in wanted - self._open.keys():
            self._open[slot] = port = self._adopt(self._sockets[slot])
            if not self._is_reading:
                port.stopReading()
        for slot in self._open.keys() - wanted:
            self._open.pop(slot).stopListening()

    def _adopt(self, descriptor: int) -> Any:
        with socket.socket(fileno=os.dup(descriptor)) as known:
            family = known.family
        return self._adopter.adoptStreamPort(descriptor, family, self._factory)

    def getHost(self) -> Any:
        """Where it listens."""
        return self._first.getHost()

    def fileno(self) -> int:
        """The number of one of the sockets."""
        number: int = self._first.fileno()
        return number

    def startListening(self) -> None:
        """Do nothing: it does so from the beginning."""

    def stopListening(self) -> Deferred[Any]:
        """Listen no more; the sockets stay open in the supervisor, and so does what waits there."""
        self._owner.forget(self)
        return DeferredList([maybeDeferred(port.stopListening) for port in self._open.values()])

    def startReading(self) -> None:
        """Accept connections again."""
        self._is_reading = True
        for port in self._open.values():
            port.startReading()

    def stopReading(self) -> None:
        """Accept no connections for a while."""
        self._is_reading = False
        for port in self._open.values():
            port.stopReading()

    def doRead(self) -> None:
        """Accept who waits, if no other process will: see `hostkit.web._door.accept_waiting`."""
        if self._owner.is_last:
            for port in self._open.values():
                port.doRead()

    def connectionLost(self, _reason: Any) -> None:
        """Do nothing: the ports of which this consists are notified."""

    def logPrefix(self) -> str:
        """What it is called in a log."""
        return "GivenPort"

    @property
    def _first(self) -> Any:
        return next(iter(self._open.values()))

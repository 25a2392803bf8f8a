"""`SocketOpener`: opens the sockets of listeners, for other processes to listen on."""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING, Any, Final, final

import attrs
from twisted.internet.defer import maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.protocol import Factory

from hostkit.codes import Code
from hostkit.errors import ConfigErrors
from hostkit.loops import settle
from hostkit.web._addresses import explain_listening
from hostkit.web._endpoints import InheritedEndpoint, anchored, read_endpoint
from hostkit.web._listeners import listeners_of
from hostkit.web._sockets import Place, SocketReactor
from hostkit.web._unix import UnixEndpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twisted.internet.defer import Deferred

    from hostkit.config import HostFile, Listener

BALANCES: Final = sys.platform == "linux"
"""Whether the system shares connections out among several sockets of one port."""

_NEVER: Final = "its kind opens no socket that several processes could share"
_HINT: Final = "serve it in one process, without `workers:`"


@final
@attrs.frozen(eq=False)
class OpenSockets:
    """The sockets of one place, open.

    Attributes:
        place: The place.
        sockets: One for each worker, or one for all of them.
        close: Closes them, and deletes what they leave behind; what it returns is awaited.
    """

    place: Place
    sockets: Sequence[socket.socket]
    close: Callable[[], Deferred[Any] | None]


@final
class SocketOpener(SocketReactor):
    """Opens sockets instead of listening on them.

    Args:
        reactor: The Twisted reactor.
        count: How many processes are to listen.
    """

    def __init__(self, reactor: Any, count: int) -> None:
        super().__init__(reactor)
        self._count = count
        self._opened: list[OpenSockets] = []
        self._have: Mapping[str, OpenSockets] = {}

    async def open(self, file: HostFile, have: Mapping[str, OpenSockets]) -> dict[str, OpenSockets]:
        """Open the sockets of all listeners of a file.

        Args:
            file: The file.
            have: What is open already, by the keys of the places; it stays open.

        Returns:
            What the file needs, by the keys of the places.

        Raises:
            ConfigErrors: One of them cannot be opened (HK403); what was opened is closed again.
        """
        self._have = have
        found: dict[str, OpenSockets] = {}
        try:
            for listener in listeners_of(file):
                opened = await self._open(file, listener)
                found[opened.place.key] = opened
        except BaseException:
            for each in found.values():
                if have.get(each.place.key) is not each:
                    await settle(each.close())
            raise
        return found

    async def _open(self, file: HostFile, listener: Listener) -> OpenSockets:
        text = anchored(listener.endpoint, file.folder)
        self._opened = []
        try:
            endpoint = read_endpoint(self, text)
            await settle(endpoint.listen(Factory()))
            return self._opened[0]
        except IndexError:
            raise _refused(file, listener, (_NEVER, _HINT)) from None
        except (OSError, CannotListenError, LookupError) as error:
            why = explain_listening(text, error)
            raise _refused(file, listener, why) from error

    def listen(self, place: Place, factory: Any) -> Any:
        """Open the sockets of a place, or take those that are open."""
        known = self._have.get(place.key)
        self._opened.append(known if known is not None else self._make(place))
        return factory

    def _make(self, place: Place) -> OpenSockets:
        if place.kind == "tcp":
            return _open_ports(place, self._count if BALANCES else 1)
        if place.kind == "unix":
            return self._take_port(place, UnixEndpoint(self._reactor, place.parts))
        return self._take_port(place, InheritedEndpoint(self._reactor, place.name))

    def _take_port(self, place: Place, endpoint: Any) -> OpenSockets:
        """Have Twisted open a socket, and accept nothing there."""
        ports: list[Any] = []
        failures: list[Any] = []
        endpoint.listen(Factory()).addCallbacks(ports.append, failures.append)
        for failure in failures:
            failure.raiseException()
        port = ports[0]
        port.stopReading()
        own = socket.socket(fileno=os.dup(port.fileno()))

        def close() -> Deferred[Any]:
            own.close()
            return maybeDeferred(port.stopListening)

        return OpenSockets(place, [own], close)


def _open_ports(place: Place, count: int) -> OpenSockets:
    """Open several sockets on one port."""
    name = place.name
    family = socket.AF_INET6 if ":" in name else socket.AF_INET
    port, opened = place.port, list[socket.socket]()

    def close() -> None:
        for one in opened:
            one.close()

    try:
        for _ in range(count):
            one = socket.socket(family, socket.SOCK_STREAM)
            opened.append(one)
            one.settimeout(0)
            if count > 1 and not opened[1:]:
                _check_free(family, name, port)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if count > 1:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            one.bind((name, port))
            one.listen(place.backlog)
            port = one.getsockname()[1]
    except OSError as error:
        close()
        raise CannotListenError(name, place.port, error) from error
    return OpenSockets(place, opened, close)


def _check_free(family: int, name: str, port: int) -> None:
    """Check that nothing of this user listens there: with `SO_REUSEPORT` it would be shared."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((name, port))


def _refused(file: HostFile, listener: Listener, why: tuple[str, str | None]) -> ConfigErrors:
    problem = file.problem(
        Code.CANNOT_LISTEN,
        f"cannot listen at {listener.endpoint}: {why[0]}",
        (*listener.path, "endpoint") if listener.path else (),
        hint=why[1],
    )
    return ConfigErrors((problem,))

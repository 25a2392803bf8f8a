"""`Door`: a listener while it is served, with its port and its connections."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, final

import attrs
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import CancelledError, maybeDeferred
from twisted.internet.interfaces import IReadDescriptor

from hostkit.codes import Code
from hostkit.errors import ConfigErrors
from hostkit.loops import settle
from hostkit.web._addresses import explain_listening
from hostkit.web._endpoints import anchored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twisted.internet.interfaces import IListeningPort, IStreamServerEndpoint

    from hostkit.config import HostFile, Listener
    from hostkit.web._site import HostSite

_LONGEST_QUEUE: Final = 1000
_REST_SECONDS: Final = 1
_log: Final = logging.getLogger("hostkit.serve")


@final
@attrs.define(eq=False)
class Door:
    """A listener while it is served.

    Attributes:
        listener: Its settings.
        endpoint: Where it listens.
        site: Its connections.
        reactor: The Twisted reactor.
        port: What listens there; `None` while nothing does.
        is_resting: Whether it accepts no connections for a while.
    """

    listener: Listener
    endpoint: IStreamServerEndpoint
    site: HostSite
    reactor: Any
    port: IListeningPort | None = None
    is_resting: bool = False

    async def open(self, file: HostFile) -> None:
        """Listen.

        Args:
            file: The config file, in which a problem is placed.

        Raises:
            ConfigErrors: It cannot listen there (HK403).
        """
        listener = self.listener
        try:
            self.port = await settle(self.endpoint.listen(self.site))
        except CancelledError:
            raise
        except Exception as error:
            why, hint = explain_listening(anchored(listener.endpoint, file.folder), error)
            problem = file.problem(
                Code.CANNOT_LISTEN,
                f"cannot listen at {listener.endpoint}: {why}",
                (*listener.path, "endpoint") if listener.path else (),
                hint=hint,
            )
            raise ConfigErrors((problem,)) from error
        _log.info("listening on %s for %s", url_of(self.port, listener), ", ".join(listener.serve))

    def rest(self) -> None:
        """Accept no connections for a second; those that come meanwhile wait."""
        port: Any = self.port
        # Ports of other kinds of reactors have their own ways.
        is_descriptor: bool = IReadDescriptor.providedBy(port)
        if self.is_resting or not is_descriptor:
            return
        self.is_resting = True
        port.stopReading()
        self.reactor.callLater(_REST_SECONDS, self._go_on, port)

    def _go_on(self, port: Any) -> None:
        self.is_resting = False
        is_open = self.port is port
        if is_open:
            port.startReading()

    async def close(self) -> None:
        """Listen no more; connections that were accepted go on. Errors are logged."""
        if self.port is None:
            return
        port, self.port = self.port, None
        # Twisted closes the port in its next turn, too; this comes right before.
        self.reactor.callLater(0, accept_waiting, port, self.site)
        try:
            await settle(maybeDeferred(port.stopListening))
        except CancelledError:
            raise
        except Exception:  # noqa: BLE001 -- a UNIX socket's file may be gone, for instance
            _log.exception("a listener could not be closed in good order")


def accept_waiting(port: IListeningPort, site: HostSite) -> None:
    """Accept those whom the system has let in already; closing the port would cut them off."""
    if IReadDescriptor.providedBy(port):
        for _ in range(_LONGEST_QUEUE):
            before = site.connections
            port.doRead()
            if site.connections == before:
                break


def numbers_of(transport: Any) -> Iterator[int]:
    """Yield the file descriptor of a port or a connection, if it has one; TLS lies above it."""
    while transport is not None:
        fileno = getattr(transport, "fileno", None)
        if fileno is not None:
            yield fileno()
            return
        transport = getattr(transport, "transport", None)


def url_of(port: IListeningPort, listener: Listener) -> str:
    """Return where clients connect to, as far as there is a URL for it."""
    address = port.getHost()
    scheme = "https" if listener.endpoint.startswith(("ssl:", "tls:")) else "http"
    if isinstance(address, IPv4Address):
        return f"{scheme}://{address.host}:{address.port}/"
    if isinstance(address, IPv6Address):
        return f"{scheme}://[{address.host}]:{address.port}/"
    if isinstance(address, UNIXAddress) and address.name is not None:
        return f"unix:{address.name.decode('utf-8', 'replace')}"
    return listener.endpoint

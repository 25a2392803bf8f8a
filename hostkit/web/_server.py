"""`Server`: a host and the listeners it is served on."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, cast, final

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import CancelledError, maybeDeferred
from twisted.internet.endpoints import serverFromString
from twisted.web.server import Site

from hostkit import codes
from hostkit.config import Listener
from hostkit.errors import ConfigErrors
from hostkit.web._gateway import Gateway
from hostkit.web._router import Router

if TYPE_CHECKING:
    from twisted.internet.interfaces import IListeningPort, IStreamServerEndpoint
    from twisted.web.resource import IResource

    from hostkit.host import Host

DEFAULT_LISTENER: Final = Listener("tcp:8080:interface=127.0.0.1", ("modules", "hooks"))
"""What is served where a file has no ``hostkit: listeners:``."""

_BUILT: Final = frozenset({"modules", "hooks"})
_log: Final = logging.getLogger("hostkit.serve")


@final
class Server:
    """Serves a host on its listeners.

    Args:
        host: The host, built.
        reactor: The Twisted reactor.

    Raises:
        ConfigErrors: Listeners' endpoints cannot be understood; all of them are told.
    """

    def __init__(self, host: Host, reactor: Any) -> None:
        self._host = host
        self._ports: list[IListeningPort] = []
        self._reactor = reactor
        self._endpoints = _endpoints(host, reactor)

    async def start(self) -> None:
        """Start the modules, then listen everywhere; if that fails, everything is stopped again.

        Raises:
            ModuleFailedError: A module could not be started.
            ConfigErrors: A listener cannot listen where it should.
        """
        await self._host.start()
        try:
            for listener, endpoint in self._endpoints:
                await self._listen(listener, endpoint)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop listening, then stop the modules; errors are logged and stop nothing."""
        try:
            while self._ports:
                await _close(self._ports.pop())
        finally:
            await self._host.stop()

    async def _listen(self, listener: Listener, endpoint: IStreamServerEndpoint) -> None:
        try:
            port = await endpoint.listen(self._site(listener))
        except CancelledError:
            raise
        except Exception as error:
            problem = self._host.file.problem(
                codes.CANNOT_LISTEN,
                f"cannot listen at {listener.endpoint}: {error}",
                (*listener.path, "endpoint") if listener.path else (),
                hint="is another program listening there, or the address not this machine's?",
            )
            raise ConfigErrors((problem,)) from error
        self._ports.append(port)
        _log.info("listening on %s for %s", _url(port, listener), ", ".join(listener.serve))

    def _site(self, listener: Listener) -> Site:
        resources: dict[str, IResource] = {}
        if "modules" in listener.serve:
            resources |= {path: mount.resource for path, (_, mount) in self._host.mounts.items()}
        if "hooks" in listener.serve:
            resources |= Gateway(self._host).resources
        for part in listener.serve:
            if part not in _BUILT:
                _log.warning("%s: this version has no %r to serve", listener.endpoint, part)
        return Site(Router(resources), reactor=self._reactor)


def _endpoints(host: Host, reactor: Any) -> list[tuple[Listener, IStreamServerEndpoint]]:
    endpoints = []
    problems = []
    for listener in host.file.settings.listeners or (DEFAULT_LISTENER,):
        try:
            endpoint = serverFromString(reactor, listener.endpoint)
        except Exception as error:  # noqa: BLE001 -- each kind of endpoint raises what it likes
            problem = host.file.problem(
                codes.BAD_ENDPOINT,
                f"the endpoint {listener.endpoint!r} cannot be understood: {error}",
                (*listener.path, "endpoint"),
                expected="a Twisted endpoint string such as tcp:8080:interface=127.0.0.1",
            )
            problems.append(problem)
        else:
            endpoints.append((listener, cast("IStreamServerEndpoint", endpoint)))
    if problems:
        raise ConfigErrors(tuple(problems))
    return endpoints


async def _close(port: IListeningPort) -> None:
    try:
        await maybeDeferred(port.stopListening)
    except CancelledError:
        raise
    except Exception:  # noqa: BLE001 -- a UNIX socket's file may be gone, for instance
        _log.exception("a listener could not be closed in good order")


def _url(port: IListeningPort, listener: Listener) -> str:
    address = port.getHost()
    scheme = "https" if listener.endpoint.startswith(("ssl:", "tls:")) else "http"
    if isinstance(address, IPv4Address):
        return f"{scheme}://{address.host}:{address.port}/"
    if isinstance(address, IPv6Address):
        return f"{scheme}://[{address.host}]:{address.port}/"
    if isinstance(address, UNIXAddress) and address.name is not None:
        return f"unix:{address.name.decode('utf-8', 'replace')}"
    return listener.endpoint

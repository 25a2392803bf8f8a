"""Proxies: which one the environment names for a URL, and a tunnel through it.

Twisted's `ProxyAgent` speaks to a proxy in clear text only. For ``https:`` it has no CONNECT, and
there is no maintained package for it, so `Tunnel` is the few lines that ask for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self, cast, final
from urllib import request as urllib_request
from urllib.parse import urlsplit

import attrs
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.protocol import Factory, Protocol, connectionDone

from hostkit.codes import Code
from hostkit.http._response import HttpCallError, HttpUnreachableError
from hostkit.http._urls import PORTS, basic_authorization, without_user

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory
    from twisted.python.failure import Failure

_LONGEST_HEAD: Final = 16 * 1024
_MOST_SHOWN: Final = 100


@final
@attrs.frozen
class Proxy:
    """A proxy.

    Attributes:
        host: Its name, or an address.
        port: Its port.
        is_tls: Whether it is spoken to in TLS.
        authorization: The value of ``Proxy-Authorization``; `None` if it asks for none.
    """

    host: str
    port: int
    is_tls: bool = False
    authorization: str | None = attrs.field(default=None, repr=False)

    @classmethod
    def read(cls, name: str, url: str) -> Self:
        """Read the URL of a proxy.

        Args:
            name: The variable that it comes from, for the error.
            url: The URL; without a scheme it is ``http:``.

        Raises:
            HttpCallError: It cannot be used (HK509).
        """
        try:
            parts = urlsplit(url if "://" in url else f"http://{url}")
            usual = PORTS[parts.scheme]
            port = parts.port or usual
        except (ValueError, KeyError):
            parts, port = urlsplit(""), 0
        if not parts.hostname:
            raise HttpCallError(
                Code.BAD_PROXY,
                f"the environment variable {name} does not name a proxy that can be used",
                expected="http://host:port or https://host:port, perhaps with user:password@",
            )
        return cls(parts.hostname, port, parts.scheme == "https", basic_authorization(parts))


def find_proxy(url: str) -> Proxy | None:
    """Find the proxy that the environment names for a URL (HTTP_PROXY, HTTPS_PROXY, NO_PROXY).

    Args:
        url: The URL.

    Raises:
        HttpCallError: It cannot be used (HK509).
    """
    # What every Python program goes by; the second one is not in the type stubs.
    environment: Any = urllib_request
    proxies = environment.getproxies_environment()
    parts = urlsplit(url)
    found = proxies.get(parts.scheme)
    if not found or environment.proxy_bypass_environment(without_user(parts), proxies):
        return None
    return Proxy.read(f"{parts.scheme.upper()}_PROXY", found)


@final
class Tunnel:
    """An endpoint that connects to a host through a proxy, with CONNECT.

    Args:
        endpoint: The endpoint of the proxy.
        proxy: The proxy.
        target: What is connected to: ``host:port``.
    """

    def __init__(self, endpoint: Any, proxy: Proxy, target: str) -> None:
        self._endpoint = endpoint
        self._proxy = proxy
        self._target = target

    def connect(self, factory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect; see `twisted.internet.interfaces.IStreamClientEndpoint`."""
        made = _TunnelFactory(self._proxy, self._target, factory)
        opened: Deferred[Any] = self._endpoint.connect(made)
        opened.addCallback(lambda tunnel: tunnel.opened)
        return opened


@final
class _TunnelFactory(Factory):
    def __init__(self, proxy: Proxy, target: str, inner: IProtocolFactory) -> None:
        self.noisy = False
        self._proxy = proxy
        self._target = target
        self._inner = inner

    def buildProtocol(self, addr: IAddress | None) -> Protocol:
        inner = cast("Any", self._inner).buildProtocol(addr)
        return _TunnelProtocol(self._proxy, self._target, inner)


@final
class _TunnelProtocol(Protocol):
    """Asks a proxy for a tunnel, and hands it over to the protocol that is to speak through it."""

    transport: Any

    def __init__(self, proxy: Proxy, target: str, inner: Any) -> None:
        self._proxy = proxy
        self._target = target
        self._inner = inner
        self._head = b""
        self._is_open = False
        self.opened: Deferred[Any] = Deferred(lambda _: self.transport.abortConnection())

    def connectionMade(self) -> None:
        lines = [f"CONNECT {self._target} HTTP/1.1", f"Host: {self._target}"]
        if self._proxy.authorization is not None:
            lines.append(f"Proxy-Authorization: {self._proxy.authorization}")
        self.transport.write("\r\n".join([*lines, "\r\n"]).encode())

    def dataReceived(self, data: bytes) -> None:
        if self._is_open:
            self._inner.dataReceived(data)
            return
        self._head += data
        head, end, rest = self._head.partition(b"\r\n\r\n")
        if not end:
            if len(head) > _LONGEST_HEAD:
                self._fail("its answer to CONNECT is too long")
            return
        version, _, status = head.partition(b"\r\n")[0].partition(b" ")
        if not version.startswith(b"HTTP/1.") or not status.startswith(b"2"):
            said = ascii(status[:_MOST_SHOWN].decode("latin-1"))
            self._fail(f"it has answered CONNECT with {said}")
            return
        self._is_open, self._head = True, b""
        self._inner.makeConnection(self.transport)
        self.opened.callback(self._inner)
        if rest:
            self._inner.dataReceived(rest)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self._is_open:
            self._inner.connectionLost(reason)
        elif not self.opened.called:
            how = "" if reason.check(ConnectionDone) else f": {reason.getErrorMessage()}"
            self._fail(f"it has closed the connection{how}")

    def _fail(self, why: str) -> None:
        self.transport.abortConnection()
        if not self.opened.called:
            self.opened.errback(
                HttpUnreachableError(
                    Code.UNREACHABLE,
                    f"the proxy {self._proxy.host}:{self._proxy.port} opens no tunnel to "
                    f"{self._target}: {why}",
                )
            )

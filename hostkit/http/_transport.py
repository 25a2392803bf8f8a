"""`TreqTransport`: sends requests with treq, over connections that are kept for the next ones."""

from __future__ import annotations

import functools
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final, final

from hyperlink import EncodedURL
from treq.client import HTTPClient
from treq.cookies import IndexableCookieJar
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import wrapClientTLS
from twisted.web.client import Agent, BrowserLikePolicyForHTTPS, HTTPConnectionPool, ProxyAgent
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

from hostkit.codes import Code
from hostkit.http._failures import explain, is_cancellation
from hostkit.http._guard import GuardedEndpoint
from hostkit.http._proxies import Tunnel, find_proxy
from hostkit.http._reading import EncodedAgent, read_body, show_encoding
from hostkit.http._request import NOTHING
from hostkit.http._response import HttpCallError, HttpResponse
from hostkit.http.addresses import CheckedEndpoint, Lookups, is_public
from hostkit.http.bodies import Body
from hostkit.loops import find_reactor, settle

if TYPE_CHECKING:
    from twisted.web.client import URI

    from hostkit.config import Http
    from hostkit.http._proxies import Proxy
    from hostkit.http._request import HttpRequest
    from hostkit.http.addresses import Address, LookUp

_MOST_IDLE_PER_HOST: Final = 8
_IDLE_SECONDS: Final = 60


@final
class _Url(EncodedURL):
    """A URL whose host is left as it is, if it is ASCII.

    treq has every host encoded as IDNA 2008 says, which knows neither IPv6 addresses nor
    underscores, as names of containers have.
    """

    def to_uri(self) -> EncodedURL:
        """Encode everything else."""
        if not self.host.isascii():
            return super().to_uri()
        return EncodedURL.to_uri(self.replace(host="host")).replace(host=self.host)


@final
@implementer(IAgentEndpointFactory)
class _Endpoints:
    """Makes the endpoints of URLs, through proxies if the environment names some.

    Attributes:
        transport: Has the settings.
        only_public: Whether addresses must be public ones.
    """

    def __init__(self, transport: TreqTransport, *, only_public: bool) -> None:
        self._transport = transport
        self._only_public = only_public
        self._policy = BrowserLikePolicyForHTTPS()

    def endpointForURI(self, uri: URI) -> Any:
        """Make the endpoint of a URL."""
        host = uri.host.decode("ascii")
        proxy = find_proxy(uri.toBytes().decode("ascii"))
        if proxy is None:
            endpoint: Any = self._connect(host, uri.port, only_public=self._only_public)
        else:
            target = f"[{host}]:{uri.port}" if ":" in host else f"{host}:{uri.port}"
            endpoint = Tunnel(self.of_proxy(proxy), proxy, target)
        if uri.scheme == b"https":
            endpoint = self._tls(endpoint, uri.host, uri.port)
        return GuardedEndpoint(endpoint)

    def of_proxy(self, proxy: Proxy) -> Any:
        """Make the endpoint of a proxy, which may have any address."""
        endpoint: Any = self._connect(proxy.host, proxy.port, only_public=False)
        if proxy.is_tls:
            return self._tls(endpoint, proxy.host.encode("ascii"), proxy.port)
        return endpoint

    def _connect(self, host: str, port: int, *, only_public: bool) -> CheckedEndpoint:
        settings = self._transport.settings
        allowed = settings.allowed_networks

        def may_use(address: Address) -> bool:
            return not only_public or is_public(address, allowed)

        reactor, lookups = self._transport.reactor, self._transport.lookups
        seconds = settings.connect_timeout_seconds
        return CheckedEndpoint(reactor, host, port, lookups, may_use, seconds)

    def _tls(self, endpoint: Any, host: bytes, port: int) -> Any:
        creator = self._policy.creatorForNetloc(host, port)
        return wrapClientTLS(creator, endpoint, clock=self._transport.reactor)


@final
class TreqTransport:
    """Sends requests with treq, on the reactor of the event loop that this is made on.

    Args:
        settings: How long connecting may take, and which addresses may be connected to.
        look_up: Looks up host names.

    Attributes:
        is_patient: See `HttpTransport`.
        settings: As in the arguments; may be replaced.
        reactor: The reactor.
        lookups: Looks up host names.
    """

    is_patient = True

    def __init__(self, settings: Http, look_up: LookUp) -> None:
        self.settings = settings
        self._used = find_reactor()
        self.reactor: Final = self._used.reactor
        self.lookups: Final = Lookups(look_up)
        # Connections that were made without checking their addresses are not for others.
        self._doors = {only: _Door(self, only_public=only) for only in (False, True)}

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See `HttpTransport.send`."""
        door = self._doors[request.block_private_addresses]
        try:
            response = await settle(door.send(request))
            is_compressed = show_encoding(response.headers)
            reading = read_body(response, request.max_bytes, is_compressed=is_compressed)
            body = await settle(reading)
        except Exception as error:
            # Twisted has several ways to say that it was cancelled.
            if is_cancellation(error):
                raise CancelledError from error
            raise explain(error, request) from error
        return HttpResponse(request, response.code, _headers(response), body)

    async def close(self) -> None:
        """See `HttpTransport.close`."""
        for door in self._doors.values():
            await settle(door.pool.closeCachedConnections())
        # What was cut off is closed when the reactor comes round to it.
        turn: Deferred[None] = Deferred()
        self.reactor.callLater(0, turn.callback, None)
        await settle(turn)
        self._used.close()


def _headers(response: Any) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): ", ".join(value.decode("latin-1") for value in values)
        for name, values in response.headers.getAllRawHeaders()
    }


@final
class _Door:
    """What requests leave by whose addresses are checked, or by which all others do."""

    def __init__(self, transport: TreqTransport, *, only_public: bool) -> None:
        self._transport = transport
        self._only_public = only_public
        self._endpoints = _Endpoints(transport, only_public=only_public)
        self.pool: Final = HTTPConnectionPool(transport.reactor)
        self.pool.maxPersistentPerHost = _MOST_IDLE_PER_HOST
        self.pool.cachedConnectionTimeout = _IDLE_SECONDS
        self._direct = self._client(
            Agent.usingEndpointFactory(transport.reactor, self._endpoints, self.pool)
        )
        self._through = functools.cache(self._client_of)

    def send(self, request: HttpRequest) -> Deferred[Any]:
        """Send a request; Twisted's answer comes of it."""
        proxy = find_proxy(request.url)
        headers = dict(request.headers)
        client: Any = self._direct  # its types want lists and dicts
        if proxy is not None:
            self._check_proxy(request)
            if request.url.startswith("http:"):
                client = self._through(proxy)
                if proxy.authorization is not None:
                    headers["Proxy-Authorization"] = proxy.authorization
        try:
            sent: Deferred[Any] = client.request(
                request.method,
                _Url.from_text(request.url),
                params=request.params,
                headers=headers,
                data=request.form if request.form is not None else request.body or None,
                **({} if request.json is NOTHING else {"json": request.json}),
                allow_redirects=False,
                unbuffered=True,
                reactor=self._transport.reactor,
            )
        except (TypeError, ValueError) as error:  # it cannot be serialised, or is not a URL
            said = f"{request.shown} cannot be sent: {error}"
            raise HttpCallError(Code.BAD_CALL, said) from error
        return sent

    def _check_proxy(self, request: HttpRequest) -> None:
        """Refuse to have a proxy connect to an address that nothing has checked."""
        if self._only_public and not self._transport.settings.proxy_blocks_addresses:
            raise HttpCallError(
                Code.ADDRESS_BLOCKED,
                f"{request.shown} is not sent: its addresses are to be checked, and it goes through"
                " a proxy, which looks them up itself",
                hint="if the proxy refuses private addresses, set hostkit: http: "
                "proxy_blocks_addresses: true; or name the host in NO_PROXY",
            )

    def _client_of(self, proxy: Proxy) -> HTTPClient:
        endpoint = GuardedEndpoint(self._endpoints.of_proxy(proxy))
        return self._client(ProxyAgent(endpoint, self._transport.reactor, self.pool))

    def _client(self, agent: Any) -> HTTPClient:
        # Modules share it, so it keeps no cookies.
        jar = IndexableCookieJar(DefaultCookiePolicy(allowed_domains=[]))
        return HTTPClient(EncodedAgent(agent), jar, Body)

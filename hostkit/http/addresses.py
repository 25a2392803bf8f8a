"""Which addresses may be connected to: looked up once, checked, and then connected to.

Twisted's own endpoint for host names does the rest: it is given a resolver that passes on only the
addresses that may be used, so there is no second look-up in which a name could mean another one.
"""

from __future__ import annotations

import functools
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final, TypeAlias, final

from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.address import IPv4Address as TcpAddress
from twisted.internet.address import IPv6Address as Tcp6Address
from twisted.internet.defer import CancelledError, Deferred, DeferredSemaphore, maybeDeferred
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.interfaces import IHostnameResolver, IReactorPluggableNameResolver
from zope.interface import implementer

from hostkit.codes import Code
from hostkit.http._response import HttpCallError
from hostkit.loops import in_thread, start_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from twisted.internet.interfaces import IProtocol, IProtocolFactory, IResolutionReceiver

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
LookUp: TypeAlias = "Callable[..., list[Any]]"
"""Looks a host up, as `socket.getaddrinfo` does."""

_NAT64: Final = ip_network("64:ff9b::/96")
# Python takes these for public, at least some of its versions: protocol assignments (a provider
# has its metadata there), the services of another provider, and what IPv6 had before fc00::/7.
_NOT_PUBLIC: Final = (
    ip_network("192.0.0.0/24"),
    ip_network("168.63.129.16"),
    ip_network("fec0::/10"),
)
_MOST_LOOKUPS: Final = 10


def is_public(address: Address, allowed: Collection[Network] = ()) -> bool:
    """Whether an address is one of the public internet.

    Addresses within others (IPv4 in IPv6, 6to4, Teredo, NAT64) count as those that they stand for.

    Args:
        address: The address.
        allowed: Networks that are taken for public.
    """
    inner = _inner(address)
    if any(_is_in(each, allowed) for each in inner):
        return True
    return all(
        each.is_global
        and not each.is_multicast
        and not each.is_reserved
        and not _is_in(each, _NOT_PUBLIC)
        for each in inner
    )


def _is_in(address: Address, networks: Collection[Network]) -> bool:
    return any(address.version == net.version and address in net for net in networks)


def _inner(address: Address) -> list[Address]:
    """List the addresses that a packet for an address may reach."""
    if not isinstance(address, IPv6Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address.sixtofour is not None:
        return [address.sixtofour]
    if address.teredo is not None:
        return [*address.teredo]
    if address in _NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    return [address]


@final
class Lookups:
    """Looks up host names, in threads of their own, of which there are never many.

    Args:
        look_up: Looks a name up.
    """

    def __init__(self, look_up: LookUp = socket.getaddrinfo) -> None:
        self._look_up = look_up
        self._turns = DeferredSemaphore(_MOST_LOOKUPS)

    def find(self, host: str, port: int) -> Deferred[list[Any]]:
        """Look a host up.

        Args:
            host: Its name, or an address.
            port: The port.

        Returns:
            The addresses as `socket.getaddrinfo` returns them; none if it is not known.
        """
        look_up = functools.partial(self._look_up, host, port, type=socket.SOCK_STREAM)
        if isIPAddress(host) or isIPv6Address(host):
            return maybeDeferred(look_up)  # which has nothing to wait for
        found: Deferred[list[Any]] = self._turns.run(
            lambda: start_entry(in_thread(look_up, "hostkit-dns"))
        )
        # A name that cannot be encoded or is too long is not known either. When the event loop
        # ends, look-ups are cancelled.
        found.addErrback(lambda failure: failure.trap(OSError, ValueError, CancelledError) and [])
        return found


@final
@implementer(IHostnameResolver)
class _Resolver:
    """Resolves a host to those of its addresses that may be used.

    Args:
        host: The host.
        lookups: Looks it up.
        may_use: Whether an address may be used.

    Attributes:
        blocked: The addresses that may not.
    """

    def __init__(self, host: str, lookups: Lookups, may_use: Callable[[Address], bool]) -> None:
        self._host = host
        self._lookups = lookups
        self._may_use = may_use
        self.blocked: list[Address] = []

    def resolveHostName(
        self,
        receiver: IResolutionReceiver,
        hostName: str,
        portNumber: int = 0,
        *_: object,
    ) -> Any:
        """Pass the addresses on to a receiver."""
        del hostName

        def found(answers: list[Any]) -> None:
            for family, _, _, _, place in answers:
                address = ip_address(place[0].partition("%")[0])
                if not self._may_use(address):
                    self.blocked.append(address)
                elif family == socket.AF_INET6:
                    receiver.addressResolved(Tcp6Address("TCP", *place))
                else:
                    receiver.addressResolved(TcpAddress("TCP", *place))
            receiver.resolutionComplete()

        begun: Any = receiver.resolutionBegan
        begun(None)  # it could be cancelled, but nothing does
        self._lookups.find(self._host, portNumber).addCallback(found)
        return None


@final
@implementer(IReactorPluggableNameResolver)
class _ResolvingReactor:
    """A reactor with another resolver of names."""

    def __init__(self, reactor: Any, resolver: _Resolver) -> None:
        self._reactor = reactor
        self.nameResolver: Final = resolver

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)


@final
class CheckedEndpoint:
    """Connects to a host at one of those of its addresses that may be used.

    Args:
        reactor: The reactor.
        host: The host's name, or an address.
        port: The port.
        lookups: Looks it up.
        may_use: Whether an address may be used.
        timeout_seconds: How long each address is tried.
    """

    def __init__(
        self,
        reactor: Any,
        host: str,
        port: int,
        lookups: Lookups,
        may_use: Callable[[Address], bool],
        timeout_seconds: float,
    ) -> None:
        self._reactor = reactor
        self._host = host
        self._port = port
        self._lookups = lookups
        self._may_use = may_use
        self._timeout_seconds = timeout_seconds

    def connect(self, factory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect; see `twisted.internet.interfaces.IStreamClientEndpoint`."""
        resolver = _Resolver(self._host, self._lookups, self._may_use)
        reactor = _ResolvingReactor(self._reactor, resolver)
        # It would refuse names with underscores, and needs none, as the resolver knows the host.
        endpoint = HostnameEndpoint(reactor, "host", self._port, self._timeout_seconds)
        connected: Deferred[IProtocol] = endpoint.connect(factory)

        def explain(failure: Any) -> Any:
            if not resolver.blocked:
                return failure
            addresses = ", ".join(map(str, resolver.blocked))
            raise HttpCallError(
                Code.ADDRESS_BLOCKED,
                f"{self._host} has an address that is not public, {addresses}, and is not "
                "connected to",
                hint="an operator allows networks with hostkit: http: allowed_addresses:",
            ) from failure.value

        connected.addErrback(explain)
        return connected

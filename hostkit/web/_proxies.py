"""`Proxies`: the address of a client that a trusted proxy speaks for."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_network
from typing import TYPE_CHECKING, Final, final

from twisted.internet.address import IPv4Address as IPv4Peer
from twisted.internet.address import IPv6Address as IPv6Peer
from twisted.internet.address import UNIXAddress

from hostkit.web._peers import address_of, read_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twisted.internet.interfaces import IAddress
    from twisted.web.http_headers import Headers

    from hostkit.web._peers import Address

_UNIX: Final = "unix"
_FORWARDED_FOR: Final = b"x-forwarded-for"
_FORWARDED_PROTO: Final = b"x-forwarded-proto"


@final
class Proxies:
    """The proxies that are trusted to name the clients they speak for.

    Args:
        trusted: Their addresses, networks (``10.0.0.0/8``), and ``unix`` for all that connects to
            a UNIX socket.
    """

    def __init__(self, trusted: Iterable[str]) -> None:
        names = set(trusted)
        self._trusts_unix = _UNIX in names
        self._networks = [ip_network(name, strict=False) for name in names - {_UNIX}]

    def client_of(self, peer: IAddress, headers: Headers) -> IAddress:
        """Find the client of a request.

        Each proxy adds the address from which it was asked at the end of ``X-Forwarded-For``. So
        that is read from its end on, as long as what has added an address is trusted: anybody can
        have written what stands before.

        Args:
            peer: The address from which the connection comes.
            headers: The request's headers.

        Returns:
            The address of the first one that is not trusted, with port 0, as that is not known;
            ``peer`` if it is not trusted itself, or adds nothing that can be read.
        """
        if not self._is_trusted(peer):
            return peer
        found: Address | None = None
        for written in _split(headers, _FORWARDED_FOR):
            address = _read(written)
            if address is None:
                break
            found = address
            if not self._has(found):
                break
        if found is None:
            return peer
        kind = IPv6Peer if isinstance(found, IPv6Address) else IPv4Peer
        return kind("TCP", str(found), 0)

    def is_secure(self, peer: IAddress, headers: Headers) -> bool:
        """Whether a trusted proxy was asked by HTTPS; it says so in ``X-Forwarded-Proto``."""
        said = list(_split(headers, _FORWARDED_PROTO))
        return said == [b"https"] and self._is_trusted(peer)

    def _is_trusted(self, peer: IAddress) -> bool:
        if isinstance(peer, UNIXAddress):
            return self._trusts_unix
        address = address_of(peer)
        return address is not None and self._has(address)

    def _has(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def _split(headers: Headers, name: bytes) -> Iterable[bytes]:
    """Split the values of a header that is a list; the last one comes first."""
    lines = headers.getRawHeaders(name, ())
    return (part.strip() for part in reversed(b",".join(lines).split(b",")) if part.strip())


def _read(written: bytes) -> Address | None:
    """Read an address, which may have a port."""
    text = written.decode("latin-1")
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return read_address(text)

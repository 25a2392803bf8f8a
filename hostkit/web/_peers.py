"""The IP addresses of clients and proxies, in the one form in which they are compared."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeAlias

from twisted.internet.address import IPv4Address as IPv4Peer
from twisted.internet.address import IPv6Address as IPv6Peer

Address: TypeAlias = IPv4Address | IPv6Address


def read_address(text: str) -> Address | None:
    """Read an IP address.

    Args:
        text: The address, without brackets and port.

    Returns:
        The address, an IPv4 one if it is written as an IPv6 one; `None` if it is malformed.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def address_of(peer: object) -> Address | None:
    """Find the IP address from which a connection comes, without its zone.

    Args:
        peer: What Twisted calls the address of a connection.

    Returns:
        As for `read_address`; `None` also if it comes by a UNIX socket.
    """
    if not isinstance(peer, IPv4Peer | IPv6Peer):
        return None
    return read_address(peer.host.partition("%")[0])

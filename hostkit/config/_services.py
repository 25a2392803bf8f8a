"""Settings of the services that modules are given."""

# Without `from __future__ import annotations`: the annotations are read when the file is.

from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, final
from urllib.parse import urlsplit

import attrs

from hostkit.config._entries import Period
from hostkit.config._fields import Check, setting
from hostkit.config._scalars import Bytes, Seconds


def _is_network(value: str) -> bool:
    try:
        ip_network(value)
    except ValueError:
        return False
    return True


def _is_base(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    return is_web and not parts.query and not parts.fragment and value.isprintable()


BaseUrl = Annotated[str, Check(_is_base, "a URL such as https://example.org/, without a query")]
_Network = Annotated[
    str, Check(_is_network, "a network or an address, such as 10.20.0.0/16 or 'fd00::5'")
]
_Size = Annotated[Bytes, Check(lambda size: size > 0, "at least one byte")]


@final
@attrs.frozen(slots=False)
class Http:
    """The setting ``hostkit.http:``."""

    connect_timeout_seconds: Period = setting(
        Seconds(10),
        help="How long a module's request waits for each address of a server to accept it.",
        reload=True,
        key="connect_timeout",
    )
    timeout_seconds: Period = setting(
        Seconds(60),
        help="How long a request may take, with all redirects and further attempts, unless the "
        "module gives it another time.",
        reload=True,
        key="timeout",
    )
    max_response: _Size = setting(
        Bytes(10 * 1024**2),
        help="The longest answer that is read, in bytes, uncompressed, unless the module gives it "
        "another limit. A longer one is cut off.",
        reload=True,
    )
    block_private_addresses: bool = setting(
        default=False,
        help="`true`: no module connects to an address that is not public (this machine, private "
        "networks, the metadata of a cloud). `false`: modules say so for single requests.",
        reload=True,
    )
    allowed_addresses: tuple[_Network, ...] = setting(
        (),
        help="Networks and addresses that are connected to nevertheless.",
        reload=True,
        shown="`[]`",
    )
    proxy_blocks_addresses: bool = setting(
        default=False,
        help="`true`: the proxy that the environment names refuses private addresses itself. "
        "Otherwise requests that must not reach them do not go through a proxy, and fail.",
        reload=True,
    )

    @cached_property
    def allowed_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks that are connected to nevertheless."""
        return tuple(ip_network(each) for each in self.allowed_addresses)

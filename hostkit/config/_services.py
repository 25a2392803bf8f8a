"""Settings of the services that modules are given."""

# Without `from __future__ import annotations`: the annotations are read when the file is.

import re
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Final, Literal, final
from urllib.parse import urlsplit

import attrs

from hostkit.config._entries import Period
from hostkit.config._fields import Check, setting
from hostkit.config._limits import AtLeastOne
from hostkit.config._listener import is_network
from hostkit.config._scalars import Bytes, Seconds

_PORTS: Final = 65536


def _is_base(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    return is_web and not parts.query and not parts.fragment and value.isprintable()


BaseUrl = Annotated[str, Check(_is_base, "a URL such as https://example.org/, without a query")]
_Network = Annotated[
    str, Check(is_network, "a network or an address, such as 10.20.0.0/16 or 'fd00::5'")
]


def _is_host(value: str) -> bool:
    return re.fullmatch(r"[\w.:-]+", value, re.ASCII) is not None


def _is_sender(value: str) -> bool:
    return re.fullmatch(r"([^<>@]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)", value) is not None


_Port = Annotated[int, Check(lambda port: 0 < port < _PORTS, "a port")]
_USUAL_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}


@final
@attrs.frozen
class MailServer:
    """The setting ``hostkit.mail:``."""

    host: Annotated[str, Check(_is_host, "a host without a port")] = setting(
        help="The mail server.", reload=True
    )
    sender: Annotated[str, Check(_is_sender, "an address, or Name <address>")] = setting(
        help="Who mails come from: `words@example.org`, or `Words <words@example.org>`.",
        reload=True,
        key="from",
    )
    port: _Port | None = setting(
        None, help="Its port.", reload=True, shown="587; with `tls` 465, with `none` 25"
    )
    tls: Literal["starttls", "tls", "none"] = setting(
        "starttls",
        help="`starttls`: the connection is encrypted before anything is sent, or nothing is. "
        "`tls`: from its beginning. `none`: never, also not for the password.",
        reload=True,
    )
    user: str | None = setting(None, help="Who logs in there.", reload=True)
    password: str | None = setting(
        None, help="The user's password; `!env` or `!file`.", reload=True, secret=True
    )
    timeout_seconds: Period = setting(
        Seconds(30),
        help="How long sending a mail may take.",
        reload=True,
        key="timeout",
    )

    @property
    def used_port(self) -> int:
        """The port that is connected to."""
        return _USUAL_PORTS[self.tls] if self.port is None else self.port

    @property
    def where(self) -> str:
        """The server in a message."""
        return f"{self.host}:{self.used_port}"

    @property
    def login(self) -> tuple[str, str] | None:
        """User and password, if there is a user."""
        return None if self.user is None else (self.user, self.password or "")


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
    max_response: AtLeastOne = setting(
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

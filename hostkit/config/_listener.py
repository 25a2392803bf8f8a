"""`Listener`: one entry of ``hostkit.listeners:``, and what its settings may be."""

# Without `from __future__ import annotations`: the annotations are read when the file is.

import re
from ipaddress import ip_address, ip_network
from typing import Annotated, Final, Literal, TypeAlias, final

import attrs

from hostkit.config._fields import Check, setting
from hostkit.config._limits import Limits
from hostkit.errors import Path

_IPV6: Final = 6

Serve: TypeAlias = Literal["modules", "hooks", "admin", "health", "metrics"]
"""One thing a listener serves."""


def _is_set(values: tuple[str, ...]) -> bool:
    return 0 < len(values) == len(set(values))


def _is_token(value: str) -> bool:
    """Whether a string can stand in a header, and in the name of a channel."""
    return value != "" and value.isascii() and value.isprintable() and " " not in value


def _is_host(value: str) -> bool:
    name = value.removeprefix("*.")
    if value == "*" or re.fullmatch(r"[\w-]+(\.[\w-]+)*\.?", name, re.ASCII):
        return True
    try:
        return ip_address(value.removeprefix("[").removesuffix("]")).version == _IPV6
    except ValueError:
        return False


def is_network(value: str) -> bool:
    """Whether a string is an address, or a network whose address has nothing after its prefix."""
    try:
        ip_network(value)
    except ValueError:
        return False
    return True


def _is_proxy(value: str) -> bool:
    return value == "unix" or is_network(value)


Text = Annotated[str, Check(bool, "a string that is not empty")]
_ServeList = Annotated[tuple[Serve, ...], Check(_is_set, "a list, not empty, nothing in it twice")]
Token = Annotated[str, Check(_is_token, "visible ASCII characters without spaces, at least one")]
_Host = Annotated[
    str,
    Check(
        _is_host, "a host without a port, such as example.com, *.example.com, 127.0.0.1 or '[::1]'"
    ),
]
_Hosts = Annotated[tuple[_Host, ...], Check(_is_set, "a list, not empty, nothing in it twice")]
_Proxy = Annotated[
    str, Check(_is_proxy, "an address, a network such as 10.0.0.0/8 (nothing after it), or unix")
]
_Proxies = Annotated[tuple[_Proxy, ...], Check(_is_set, "a list, not empty, nothing in it twice")]


@final
@attrs.frozen
class Listener:
    """One entry of ``hostkit.listeners:``."""

    endpoint: Text = setting(help="A Twisted endpoint string, see [below](#listeners).")
    serve: _ServeList = setting(
        ("modules",),
        help="`modules`: their web pages. `hooks`: [the gateway](gateway.md). `admin`: "
        "[what operators ask](#from-elsewhere). `health`: `/health` and `/ready`. `metrics` is for "
        "later versions, and refused by this one.",
    )
    token: Token | None = setting(
        None,
        help="What callers must know to be served what is below `/_hostkit`; `!env` or `!file`. "
        "See [below](#access).",
        secret=True,
    )
    previous_token: Token | None = setting(
        None,
        help="A second token that is good as well, while clients change to the new one; `!env` or "
        "`!file`.",
        secret=True,
    )
    hosts: _Hosts | None = setting(
        None,
        help="For which hosts it answers, as clients name them in the header `Host`; others get "
        "421. See [below](#hosts).",
        shown="all, or this machine",
    )
    trusted_proxies: _Proxies | None = setting(
        None,
        help="The proxies that say for whom they ask, in the header `X-Forwarded-For`: addresses, "
        "networks, and `unix` for a UNIX socket. See [below](#trusted-proxies).",
        shown="none",
    )
    access_log: bool = setting(
        default=False, help="`true`: a line for each request in the log, from `hostkit.access`."
    )
    limits: Limits = setting(
        Limits(),
        help="How much, how many and how slow requests may be.",
        shown="see [below](#limits)",
    )
    # A program's own listener stands in no file.
    path: Path = ()

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens of which callers must know one; none if everything is open."""
        return tuple(token for token in (self.token, self.previous_token) if token is not None)

"""The blocks of the config file: each class is both what may be written and what was read.

A key is one `setting`: its name, type, default, sentence for the operators' page, and whether a
running host takes over a new value. The other fields say where a block stands, and cannot be
written.
"""

# Without `from __future__ import annotations`: the annotations are read when the file is.

import re
from ipaddress import ip_address, ip_network
from pathlib import PurePath
from typing import Annotated, Final, Literal, TypeAlias, final

import attrs

from hostkit.config._entries import Name, Period
from hostkit.config._fields import Check, setting
from hostkit.config._limits import AtLeastOne, Count, Limits
from hostkit.config._scalars import Bytes, Seconds
from hostkit.config._services import BaseUrl, Http
from hostkit.errors import Path

_IPV6: Final = 6

Serve: TypeAlias = Literal["modules", "hooks", "admin", "health", "metrics"]
"""One thing a listener serves."""

SHORTEST_KEY: Final = 16
"""How many characters the key of messages has at least."""

Timing: TypeAlias = Literal["sampled", "exact"]
"""Whether some calls are timed, or all."""


def _is_set(values: tuple[str, ...]) -> bool:
    return 0 < len(values) == len(set(values))


def _is_token(value: str) -> bool:
    return value != "" and value.isascii() and value.isprintable() and " " not in value


def _is_host(value: str) -> bool:
    name = value.removeprefix("*.")
    if value == "*" or re.fullmatch(r"[\w-]+(\.[\w-]+)*\.?", name, re.ASCII):
        return True
    try:
        return ip_address(value.removeprefix("[").removesuffix("]")).version == _IPV6
    except ValueError:
        return False


def _is_proxy(value: str) -> bool:
    try:
        return value == "unix" or ip_network(value) is not None
    except ValueError:
        return False


def _names_file(value: str) -> bool:
    return PurePath(value).name != "" and "\0" not in value


_Text = Annotated[str, Check(bool, "a string that is not empty")]
_ServeList = Annotated[tuple[Serve, ...], Check(_is_set, "a list, not empty, nothing in it twice")]
_Channel = Annotated[str, Check(_is_token, "visible ASCII characters without spaces, at least one")]
_Key = Annotated[
    str, Check(lambda key: len(key) >= SHORTEST_KEY, f"at least {SHORTEST_KEY} characters")
]
_FilePath = Annotated[str, Check(_names_file, "the path of a file")]
_Token = Annotated[str, Check(_is_token, "visible ASCII characters without spaces, at least one")]


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

    endpoint: _Text = setting(help="A Twisted endpoint string, see [below](#listeners).")
    serve: _ServeList = setting(
        ("modules",),
        help="`modules`: their web pages. `hooks`: [the gateway](gateway.md). `admin`: "
        "[what operators ask](#from-elsewhere). `health`: `/health` and `/ready`. `metrics` is for "
        "later versions, and refused by this one.",
    )
    token: _Token | None = setting(
        None,
        help="What callers must know to be served what is below `/_hostkit`; `!env` or `!file`. "
        "See [below](#access).",
        secret=True,
    )
    previous_token: _Token | None = setting(
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


@final
@attrs.frozen
class Redis:
    """The setting ``hostkit.redis:``."""

    url: _Text = setting(
        help="`redis://host:port/database`, `rediss://…` (with TLS) or `unix://path`.", secret=True
    )
    channel: _Channel = setting(
        "hostkit",
        help="What the processes of this host have in common, and other hosts that use the same "
        "server have not.",
    )
    key: _Key | None = setting(
        None,
        help="A secret that all processes of this host know, so that nobody else who can use the "
        "server can [send them messages](#messages); `!env` or `!file`.",
        reload=True,
        secret=True,
    )
    previous_key: _Key | None = setting(
        None,
        help="A second key whose messages are accepted as well, while the processes change to the "
        "new one; `!env` or `!file`.",
        reload=True,
        secret=True,
    )

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of which a message must be made with one; none if they are made without."""
        return tuple(key for key in (self.key, self.previous_key) if key is not None)


@final
@attrs.frozen
class Settings:
    """The top-level key ``hostkit:``."""

    listeners: tuple[Listener, ...] = setting(
        (),
        help="Where `hostkit serve` listens, and what it serves there.",
        reload=True,
        shown="`tcp:8080:interface=127.0.0.1`, modules and hooks",
    )
    redis: Redis | None = setting(
        None,
        help="The server through which processes notify each other of stale entries in the "
        "[caches](caching.md#several-processes) of modules; see [](#several-processes).",
    )
    categories: tuple[_Text, ...] | None = setting(
        None,
        help="[Categories of hooks](categories/index.md), by entry point or dotted path. A host "
        "program that names its own ignores this.",
        shown="all installed",
    )
    timing: Timing = setting(
        "sampled",
        help="`exact` measures every call; `sampled` at most ten calls per hook and second.",
        reload=True,
    )
    receipts: Count = setting(1000, help="How many receipts are kept.")
    drain_seconds: Seconds = setting(
        Seconds(30),
        help="How long requests in flight are waited for when the server [stops](#stopping). "
        "`0s`: not at all.",
        reload=True,
        key="drain",
    )
    start_timeout_seconds: Period = setting(
        Seconds(300),
        help="How long a module's `start` may take; then it is cancelled and has failed.",
        reload=True,
        key="start_timeout",
    )
    stop_timeout_seconds: Period = setting(
        Seconds(30),
        help="How long a module's `stop`, the end of its background loops, and notifications in "
        "flight may each take when the module or the server [stops](#stopping); then they are "
        "cancelled, and the rest goes on.",
        reload=True,
        key="stop_timeout",
    )
    lame_duck_seconds: Seconds = setting(
        Seconds(0),
        help="How long the server still serves when it is to [stop](#stopping), with 503 at "
        "`/ready`, before it closes its ports: the time that a load balancer needs to notice.",
        reload=True,
        key="lame_duck",
    )
    pid_file: _FilePath | None = setting(
        None,
        help="Where `hostkit serve` writes the number of its process, so that "
        "[`hostkit reload FILE`](#reloading) finds it. A relative name starts at the config "
        "file's folder.",
    )
    background_tasks_on: Name | None = setting(
        None,
        help="Which process runs the modules' [background loops](background.md#which-process): "
        "the one that `--worker` gives this name. Without it, the one without a name.",
    )
    database: _Text = setting(
        "sqlite:///modules.db",
        help="The [database](database.md) that modules share: `sqlite:///FILE`, beside the config "
        "file unless the path is absolute (`sqlite:////srv/modules.db`), `sqlite://` in memory, or "
        "`postgresql://USER@HOST/NAME`. It is opened, or made, when a module uses it.",
        secret=True,
    )
    database_connections: Count = setting(
        5,
        help="How many connections to the database each process has at most. With SQLite, one of "
        "them writes.",
    )
    database_timeout: Period = setting(
        Seconds(30),
        help="How long an interaction with the database may take, all its attempts included.",
    )
    store_value: AtLeastOne = setting(
        Bytes(64 * 1024),
        help="How large a value in the [store](store.md) of a module may be, as JSON.",
    )
    path: tuple[_Text, ...] = setting(
        (),
        help="Folders in which Python looks for modules before all others, for "
        "[modules that are not installed](#modules-in-a-folder). Relative names start at the "
        "config file's folder.",
        reload=True,
        shown="`[]`",
    )
    require: tuple[_Text, ...] = setting(
        (),
        help="Hooks, as `category.hook`, that [some module must decide](#must-be-decided): without "
        "one the server does not start.",
        reload=True,
        shown="`[]`",
    )
    public_baseurl: BaseUrl | None = setting(
        None, help="Where clients reach this server, for modules that write links to it."
    )
    server_name: Name | None = setting(
        None, help="The name of this server, for modules that need one."
    )
    data_dir: _FilePath = setting(
        "data",
        help="The folder in which each module that asks for one [has its own](services.md). A "
        "relative name starts at the config file's folder.",
    )
    templates_dir: _FilePath = setting(
        "templates",
        help="The folder in which a folder with the name of a module has [templates](templates.md) "
        "instead of the module's own. A relative name starts at the config file's folder.",
        key="templates",
    )
    http: Http = setting(
        Http(),
        help="What modules may ask [of other servers](http.md).",
        shown="see [below](#requests-of-modules)",
    )

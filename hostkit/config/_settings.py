"""The blocks of the config file: each class is both what may be written and what was read.

A key is one `setting`: its name, type, default, sentence for the operators' page, and whether a
running host takes over a new value. The other fields say where a block stands, and cannot be
written.
"""

# Without `from __future__ import annotations`: the annotations are read when the file is.

from typing import Annotated, Final, Literal, TypeAlias, final

import attrs

from hostkit.config._entries import Name, Period
from hostkit.config._fields import Check, setting
from hostkit.config._scalars import Bytes, Seconds
from hostkit.errors import Path

Serve: TypeAlias = Literal["modules", "hooks", "health", "metrics"]
"""One thing a listener serves."""

Timing: TypeAlias = Literal["sampled", "exact"]
"""Whether some calls are timed, or all."""

_MOST: Final = 1_000_000


def _is_set(values: tuple[str, ...]) -> bool:
    return 0 < len(values) == len(set(values))


def _is_token(value: str) -> bool:
    return value != "" and value.isascii() and value.isprintable() and " " not in value


_Count = Annotated[int, Check(lambda count: 1 <= count <= _MOST, f"a number from 1 to {_MOST}")]
_LineSize = Annotated[Bytes, Check(lambda size: size > 0, "at least one byte")]
_Text = Annotated[str, Check(bool, "a string that is not empty")]
_ServeList = Annotated[tuple[Serve, ...], Check(_is_set, "a list, not empty, nothing in it twice")]
_Token = Annotated[str, Check(_is_token, "visible ASCII characters without spaces, at least one")]


@final
@attrs.frozen
class Limits:
    """The setting ``hostkit.listeners[].limits:``."""

    body: Bytes = setting(Bytes(50 * 1024**2), help="The body of a request, in bytes. Beyond: 413.")
    hooks_body: Bytes = setting(
        Bytes(1024**2),
        help="A body below `/_hostkit`, and any where no modules are served. Beyond: 413.",
    )
    body_in_memory: Bytes = setting(
        Bytes(1024**2),
        help="The longest body that is kept in memory; if `hooks_body` is more, that. A longer one "
        "goes to a [temporary file](#limits), and is answered with 507 if there is no room.",
    )
    url: _LineSize = setting(Bytes(8 * 1024), help="The URL, in bytes. Beyond: 414.")
    headers: _Count = setting(100, help="The number of headers. Beyond: 431.")
    headers_size: _LineSize = setting(
        Bytes(16 * 1024),
        help="The first line and all headers together, in bytes. Beyond: 431, or 414.",
    )
    requests: _Count = setting(
        1000,
        help="Requests in flight at a time, from the end of their headers to the end of the "
        "answer; `/health` and `/ready` are always served. Beyond: 503 with `Retry-After`.",
    )
    idle: Period = setting(
        Seconds(60), help="How long a connection stays open without a request; then it is closed."
    )
    headers_time: Period = setting(
        Seconds(10), help="How long headers take to arrive, from the first byte. Beyond: 408."
    )
    body_time: Period = setting(
        Seconds(30),
        help="How long a body takes to arrive; each kilobyte that has come gives it another "
        "second. Beyond: 408.",
    )


@final
@attrs.frozen
class Listener:
    """One entry of ``hostkit.listeners:``."""

    endpoint: _Text = setting(help="A Twisted endpoint string, see [below](#listeners).")
    serve: _ServeList = setting(
        ("modules",),
        help="`modules`: their web pages. `hooks`: [the gateway](gateway.md). `health`: `/health` "
        "and `/ready`. `metrics` is for later versions, and refused by this one.",
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
    receipts: _Count = setting(1000, help="How many receipts are kept.")
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
    pid_file: _Text | None = setting(
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

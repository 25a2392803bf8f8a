"""The blocks of the config file: each class is both what may be written and what was read.

A key is one `setting`: its name, type, default, sentence for the operators' page, and whether a
running host takes over a new value. The other fields say where a block stands, and cannot be
written.
"""

# Without `from __future__ import annotations`: the annotations are read when the file is.

from typing import Annotated, Any, Literal, TypeAlias, final

import attrs

from hostkit.config._fields import Check, setting
from hostkit.config._limits import Count, Limits, Period
from hostkit.config._scalars import Seconds
from hostkit.errors import Path

Mode: TypeAlias = Literal["enforce", "shadow"]
"""Whether a module's answers count, or are only recorded."""

ModulePolicy: TypeAlias = Literal["default", "raise", "deny", "continue", "fail"]
"""What a failing callback of a module means; ``"default"`` leaves it to the hook's rule."""

_KindPolicy: TypeAlias = Literal["raise", "deny", "continue", "fail"]
"""The same for one kind of failure."""

Serve: TypeAlias = Literal["modules", "hooks", "health", "metrics"]
"""One thing a listener serves."""

Timing: TypeAlias = Literal["sampled", "exact"]
"""Whether some calls are timed, or all."""


def _is_module(value: Any) -> bool:
    return isinstance(value, type) or (isinstance(value, str) and bool(value.strip()))


def _is_set(values: tuple[str, ...]) -> bool:
    return 0 < len(values) == len(set(values))


def _is_token(value: str) -> bool:
    return value != "" and value.isascii() and value.isprintable() and " " not in value


# A name that could forge lines of a log is refused.
_Name = Annotated[
    str, Check(lambda name: bool(name) and name.isprintable(), "a name on one line, not empty")
]
_Text = Annotated[str, Check(bool, "a string that is not empty")]
_Module = Annotated[
    Any, Check(_is_module, "the dotted path of a class, or the name of an installed module")
]
_ServeList = Annotated[tuple[Serve, ...], Check(_is_set, "a list, not empty, nothing in it twice")]
_Token = Annotated[str, Check(_is_token, "visible ASCII characters without spaces, at least one")]


@final
@attrs.frozen
class ModulePolicies:
    """``on_error:`` of a module, with a policy for each kind of failure; the hook's for the others.

    A kind that is left out, or `None`, has the hook's policy.
    """

    unavailable: _KindPolicy | None = setting(
        None, help="Something that it needs cannot be reached.", reload=True
    )
    timeout: _KindPolicy | None = setting(
        None, help="It took longer than its `timeout`.", reload=True
    )
    error: _KindPolicy | None = setting(
        None, help="Any other failure, an answer that means nothing included.", reload=True
    )


@final
@attrs.frozen
class ModuleEntry:
    """One entry of ``modules:``.

    A reload compares modules one by one, so that none of these settings needs a restart.
    """

    module: _Module = setting(
        help="The name a package gave it (entry point), or the dotted path to its class; "
        "`PACKAGE:NAME` if several packages offer the name.",
        reload=True,
    )
    config: Any = setting(
        attrs.Factory(dict),
        help="The module's own settings.",
        reload=True,
        shown="`{}`",
        null_is_default=True,
        secret=True,
    )
    # Empty only until the file as a whole is known, since a default depends on all other names.
    name: _Name = setting(
        "",
        help="What logs, receipts and errors call it. Unique; without one a repeated module gets "
        "`#2`, `#3`.",
        reload=True,
        shown="as written in `module`",
        null_is_default=True,
    )
    enabled: bool = setting(default=True, help="`false`: it is not even imported.", reload=True)
    mode: Mode = setting("enforce", help="`shadow`: see [below](#shadow-mode).", reload=True)
    on_error: ModulePolicy | ModulePolicies = setting(
        "default",
        help="What it means when this module fails: `raise`, `deny`, `continue`, `fail`, or "
        "`default` for the policy of the hook; or a mapping of `unavailable`, `timeout` and "
        "`error` to one of these each; see [](rules.md). A policy that means nothing for a hook "
        "leaves that hook's own.",
        reload=True,
    )
    timeout_seconds: Period | None = setting(
        None,
        help="How long one of its callbacks may take; then it is cancelled and has failed. More "
        "than zero.",
        reload=True,
        key="timeout",
    )
    index: int = 0

    @property
    def path(self) -> Path:
        """Where the entry stands in the file."""
        return ("modules", self.index)


@final
@attrs.frozen
class Listener:
    """One entry of ``hostkit.listeners:``."""

    endpoint: _Text = setting(help="A Twisted endpoint string, see [below](#listeners).")
    serve: _ServeList = setting(
        ("modules",),
        help="`modules`: their web pages. `hooks`: [the gateway](gateway.md). `health`: `/health` "
        "and `/ready`. (`metrics` is for later versions, and refused by this one.)",
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
    pid_file: _Text | None = setting(
        None,
        help="Where `hostkit serve` writes the number of its process, so that "
        "[`hostkit reload FILE`](#reloading) finds it. A relative name starts at the config "
        "file's folder.",
    )
    background_tasks_on: _Name | None = setting(
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

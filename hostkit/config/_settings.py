"""The blocks of the config file: each class is both what may be written and what was read.

A key is one `setting`: its name, type, default, sentence for the operators' page, and whether a
running host takes over a new value. The other fields say where a block stands, and cannot be
written.
"""

# Without `from __future__ import annotations`: the annotations are read when the file is.

from pathlib import PurePath
from typing import Annotated, Final, Literal, TypeAlias, final

import attrs

from hostkit.config._entries import Name, Period
from hostkit.config._fields import Check, setting
from hostkit.config._limits import AtLeastOne, Count
from hostkit.config._listener import Listener, Text, Token
from hostkit.config._scalars import Bytes, Seconds
from hostkit.config._services import BaseUrl, Http, MailServer

MOST_WORKERS: Final = 256
"""How many worker processes a server has at most."""

SHORTEST_KEY: Final = 16
"""How many characters the key of messages has at least."""

Timing: TypeAlias = Literal["sampled", "exact"]
"""Whether some calls are timed, or all."""


def _names_file(value: str) -> bool:
    return PurePath(value).name != "" and "\0" not in value


Workers: TypeAlias = Annotated[
    int, Check(lambda count: 0 < count <= MOST_WORKERS, f"a number from 1 to {MOST_WORKERS}")
]
_Key = Annotated[
    str, Check(lambda key: len(key) >= SHORTEST_KEY, f"at least {SHORTEST_KEY} characters")
]
_FilePath = Annotated[str, Check(_names_file, "the path of a file")]


@final
@attrs.frozen
class Redis:
    """The setting ``hostkit.redis:``."""

    url: Text = setting(
        help="`redis://host:port/database`, `rediss://…` (with TLS) or `unix://path`.", secret=True
    )
    channel: Token = setting(
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
    categories: tuple[Text, ...] | None = setting(
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
        help="How long a module's `stop`, the end of its background work, and notifications in "
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
    workers: Workers | None = setting(
        None,
        help="How many [processes](workers.md) `hostkit serve` starts, which share the listeners. "
        "Without it, the server is one process.",
    )
    background_tasks_on: Name | None = setting(
        None,
        help="Which process runs the modules' [background loops](background.md#which-process): "
        "the one that `--worker` gives this name. Without it, the one without a name.",
    )
    threads: Count = setting(
        10,
        help="In how many threads modules may have functions called at a time, all together; see "
        "[](background.md#threads).",
    )
    thread_queue: Count = setting(
        1000, help="How many such calls may wait for a thread; more are refused."
    )
    database: Text = setting(
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
    path: tuple[Text, ...] = setting(
        (),
        help="Folders in which Python looks for modules before all others, for "
        "[modules that are not installed](#modules-in-a-folder). Relative names start at the "
        "config file's folder.",
        reload=True,
        shown="`[]`",
    )
    require: tuple[Text, ...] = setting(
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
    mail: MailServer | None = setting(
        None, help="The server for [mails of modules](mail.md); see [below](#mail).", reload=True
    )
    http: Http = setting(
        Http(),
        help="What modules may ask [of other servers](http.md).",
        shown="see [below](#requests-of-modules)",
    )

"""What a config file says, as frozen values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, final

import attrs

from hostkit.config._limits import Limits

if TYPE_CHECKING:
    from hostkit.errors import Path

Mode: TypeAlias = Literal["enforce", "shadow"]
"""Whether a module's answers count, or are only recorded."""

OnError: TypeAlias = Literal["default", "raise", "deny", "continue", "fail"]
"""What a failing callback of a module means; ``"default"`` leaves it to the hook's rule."""

Serve: TypeAlias = Literal["modules", "hooks", "health", "metrics"]
"""One thing a listener serves."""

Timing: TypeAlias = Literal["sampled", "exact"]
"""Whether some calls are timed, or all."""


@final
@attrs.frozen
class ModuleEntry:
    """One entry of ``modules:``.

    Attributes:
        index: Its place in the list, from 0.
        module: The dotted path, the name of an installed module, or the class itself.
        config: The module's own configuration as it was written; ``{}`` when there is none.
        name: The module's name, unique in this file.
        enabled: Whether the module is to be loaded.
        mode: Whether its answers count.
        on_error: What it means when one of its callbacks fails.
        timeout_seconds: How long a callback of it may take, if there is a limit.
    """

    index: int
    module: str | type
    config: Any = attrs.field(repr=False)
    name: str
    enabled: bool = True
    mode: Mode = "enforce"
    on_error: OnError = "default"
    timeout_seconds: float | None = None

    @property
    def path(self) -> Path:
        """Where the entry stands in the file."""
        return ("modules", self.index)


@final
@attrs.frozen
class Listener:
    """One entry of ``hostkit.listeners:``.

    Attributes:
        endpoint: Where to listen, as a Twisted server endpoint string.
        serve: What to serve there.
        path: Where the listener stands in the file.
        token: What callers must know to be served what is below ``/_hostkit``, if anything.
        access_log: Whether each request is logged.
        limits: What requests are held to.
    """

    endpoint: str
    serve: tuple[Serve, ...] = ("modules",)
    path: Path = ()
    token: str | None = attrs.field(default=None, repr=False)
    access_log: bool = False
    limits: Limits = attrs.field(default=Limits())


@final
@attrs.frozen
class Redis:
    """The setting ``hostkit.redis:``.

    Attributes:
        url: The server, as ``redis://host:port/database``.
    """

    url: str = attrs.field(repr=False)


@final
@attrs.frozen
class Settings:
    """The top-level key ``hostkit:``.

    Attributes:
        listeners: Where to serve, and what.
        redis: The server workers tell each other of changes through, if any.
        categories: Categories to load, by entry point name or dotted path; `None`: not said.
        timing: Whether some calls are timed, or all.
        receipts: How many receipts are kept.
        drain_seconds: How long requests under way are waited for when the server stops.
        pid_file: Where the server writes the number of its process, if anywhere.
        background_tasks_on: What the process is called that runs background loops; `None`: the one
            without a name.
    """

    listeners: tuple[Listener, ...] = ()
    redis: Redis | None = None
    categories: tuple[str, ...] | None = None
    timing: Timing = "sampled"
    receipts: int = 1000
    drain_seconds: float = 30
    pid_file: str | None = None
    background_tasks_on: str | None = None

"""What a serving process says of itself: as a whole, and of its modules."""

from __future__ import annotations

import platform
import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, final

import attrs

from hostkit._version import __version__
from hostkit.dispatch import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hostkit.config import Listener, ModuleEntry
    from hostkit.host import Host
    from hostkit.loading import Module

_FAILURES: Final = frozenset(
    {Outcome.FAILED, Outcome.UNAVAILABLE, Outcome.TIMEOUT, Outcome.INVALID}
)


class Serving(Protocol):
    """What is known of a server.

    Attributes:
        is_stopping: Whether it has begun to stop.
        listening: Each listener that is open, with its URL.
        running: What else is known.
    """

    @property
    def is_stopping(self) -> bool: ...

    @property
    def listening(self) -> tuple[tuple[Listener, str], ...]: ...

    @property
    def running(self) -> Running: ...


@final
@attrs.define(eq=False)
class Running:
    """What is known of a serving process besides its host and its listeners.

    What reloads and changes the server while it runs puts in what it knows.

    Attributes:
        now: Reads the time, in seconds since 1970.
        began: When the process began to serve.
        last_reload: Says what the last reload came to: ``ok`` and ``message``; `None` if there was
            none.
        switched: Lists what was changed since the file was read: ``module``, ``command``, ``by``.
        drill: Describes the drill that goes on; `None` if there is none.
    """

    now: Callable[[], float] = time.time
    began: float = attrs.field(default=attrs.Factory(lambda self: self.now(), takes_self=True))
    last_reload: Callable[[], dict[str, Any] | None] = lambda: None
    switched: Callable[[], list[dict[str, str]]] = list
    drill: Callable[[], dict[str, Any] | None] = lambda: None


def status_of(host: Host, server: Serving) -> dict[str, Any]:
    """Describe a serving process.

    Args:
        host: The host.
        server: Serves it.

    Returns:
        What is written as JSON; see the page about the command.
    """
    modules = [_state_of(host, entry) for entry in host.file.modules]
    running = server.running
    return {
        "hostkit": __version__,
        "python": platform.python_version(),
        "worker": host.worker.name,
        "state": _state(host, server),
        "began": datetime.fromtimestamp(running.began, UTC).isoformat(timespec="seconds"),
        "uptime_seconds": round(running.now() - running.began, 3),
        "generation": host.generation,
        "file": {"name": host.file.name, "sha256": host.file.sha256},
        "modules": dict(Counter(modules)),
        "listeners": [
            {"endpoint": listener.endpoint, "url": url, "serve": [*listener.serve]}
            for listener, url in server.listening
        ],
        "loops": [loop for module in host.modules for loop in _loops_of(module)],
        "background": [
            {"module": name, **attrs.asdict(counts)} for name, counts in host.background_counts
        ],
        "threads": attrs.asdict(host.thread_counts),
        "caches": _caches(host),
        "cached": _cached(host),
        "redis": host.file.settings.redis is not None,
        "messages": attrs.asdict(host.message_counts),
        "receipts": {"kept": len(host.receipts), "limit": host.file.settings.receipts},
        "last_reload": running.last_reload(),
        "switched": running.switched(),
        "drill": running.drill(),
    }


def _state(host: Host, server: Serving) -> str:
    if server.is_stopping:
        return "stopping"
    return "running" if host.is_running else "starting"


def _caches(host: Host) -> list[str]:
    """Name the cached methods of the modules that there are: those of others may linger."""
    names = {module.name for module in host.modules}
    return [each for each in host.cached_functions if each.rpartition("/")[0] in names]


def _cached(host: Host) -> list[dict[str, Any]]:
    names = _caches(host)
    return [
        {"name": name, **attrs.asdict(info)} for name, info in host.cache_infos if name in names
    ]


def modules_of(host: Host) -> list[dict[str, Any]]:
    """Describe all modules of a host, those that are disabled or missing included.

    Args:
        host: The host.

    Returns:
        One object for each entry of ``modules:``, in the order in which they are asked.
    """
    receipts = [*host.receipts]
    denied = Counter(each.decider for each in receipts if each.outcome is Outcome.DENY)
    failed = Counter(
        step.module for each in receipts for step in each.steps if step.outcome in _FAILURES
    )
    return [
        {
            **_described(host, entry),
            "denied": denied[entry.name],
            "failed": failed[entry.name],
        }
        for entry in host.file.modules
    ]


def _described(host: Host, entry: ModuleEntry) -> dict[str, Any]:
    timings = [each for each in host.timings if each.module == entry.name]
    count = sum(each.count for each in timings)
    seconds = sum(each.seconds for each in timings)
    built = [module for module in host.modules if module.name == entry.name]
    return {
        "name": entry.name,
        "module": _class_of(entry),
        "state": _state_of(host, entry),
        "hooks": sorted({each.spec.full_name for module in built for each in module.callbacks}),
        "paths": [path for path, (module, _) in host.mounts.items() if module.name == entry.name],
        "loops": [loop["loop"] for module in built for loop in _loops_of(module)],
        "measured": count,
        "mean_seconds": seconds / count if count else None,
        "left_behind": sum(each.left_behind for each in timings),
        "missing": next((each.reason for each in host.missing if each.name == entry.name), None),
    }


def _class_of(entry: ModuleEntry) -> str:
    module: Any = entry.module
    return module if isinstance(module, str) else f"{module.__module__}.{module.__qualname__}"


def _state_of(host: Host, entry: ModuleEntry) -> str:
    """Return ``enforce``, ``shadow``, ``disabled`` or ``missing``."""
    if not entry.enabled:
        return "disabled"
    is_missing = entry.name in {each.name for each in host.missing}
    return "missing" if is_missing else entry.mode


def _loops_of(module: Module) -> Iterator[dict[str, Any]]:
    for loop in module.background.loops:
        yield {
            "module": module.name,
            "loop": loop.description,
            "interval_seconds": loop.interval_seconds,
            "failures": loop.failures,
        }

"""What `hostkit list` shows of a host: a row for each callback, module, path or category."""

from __future__ import annotations

import functools
import inspect
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any, Final

from hostkit.cli._tables import View
from hostkit.rules import KINDS, policy_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hostkit.cli._tables import Row
    from hostkit.config import ModuleEntry
    from hostkit.dispatch import Callback, Chain, KeyedChain
    from hostkit.host import Host


def hook_rows(host: Host) -> Iterator[Row]:
    """Yield a row for each callback, in the order of the chains, and one for each empty chain."""
    for chain in host.chains.values():
        if not chain.callbacks:
            yield _hook_row(chain, None, None)
        for number, callback in enumerate(chain.callbacks, 1):
            yield _hook_row(chain, number, callback)


def _hook_row(chain: Chain | KeyedChain, number: int | None, callback: Callback | None) -> Row:
    on_error = {kind: _policy(chain, kind, callback) for kind in KINDS}
    row: Row = {
        "hook": chain.spec.full_name,
        "category": chain.spec.category,
        "number": number,
        "rule": type(chain.spec.rule).__name__,
        "on_error": on_error,
    }
    if callback is None:
        empty = dict.fromkeys(("module", "key", "callback", "timeout_seconds", "mode"))
        return row | empty
    return row | {
        "module": callback.module,
        "key": None if callback.key is None else str(callback.key),
        "callback": place_of(callback.function),
        "timeout_seconds": _setting(callback.timeout_seconds, None),
        "mode": _setting("shadow" if callback.shadow else "enforce", "enforce"),
    }


def _policy(chain: Chain | KeyedChain, kind: Any, callback: Callback | None) -> Row:
    own = None if callback is None else policy_for(callback.on_error, kind)
    if own is not None and chain.spec.rule.takes(own):
        return {"value": own, "from": "module"}
    return {"value": chain.spec.rule.policy(kind), "from": "spec"}


def _setting(value: Any, default: Any) -> Row:
    return {"value": value, "from": "host" if value == default else "module"}


def module_rows(host: Host) -> Iterator[Row]:
    """Yield a row for each entry of ``modules:``, in the order of the file."""
    built = {module.name: module for module in host.modules}
    missing = {each.name for each in host.missing}
    for entry in host.file.modules:
        module = built.get(entry.name)
        hooks = () if module is None else (each.spec.full_name for each in module.callbacks)
        mounts = () if module is None else module.mounts
        place = host.file.locate(entry.path)
        yield {
            "module": entry.name,
            "class": str(entry.module),
            "state": _state(entry, is_built=module is not None, is_missing=entry.name in missing),
            "mode": _setting(entry.mode, "enforce"),
            "timeout_seconds": _setting(entry.timeout_seconds, None),
            "optional": entry.optional,
            "hooks": list(dict.fromkeys(hooks)),
            "paths": [mount.path for mount in mounts],
            "line": None if place is None else place.line,
        }


def _state(entry: ModuleEntry, *, is_built: bool, is_missing: bool) -> str:
    if not entry.enabled:
        return "disabled"
    if is_built:
        return "built"
    return "missing" if is_missing else "not built"


def path_rows(host: Host) -> Iterator[Row]:
    """Yield a row for each web resource; of those at one path, the one that is served is first."""
    for path, (owner, served) in host.mounts.items():
        rows = [(owner.name, served)]
        rows += [
            (module.name, mount)
            for module in host.modules
            for mount in module.mounts
            if mount.path == path and mount is not served
        ]
        for name, mount in rows:
            yield {
                "path": path,
                "module": name,
                "served": mount is served,
                "registered": _short(mount.source),
            }


def category_rows(host: Host) -> Iterator[Row]:
    """Yield a row for each category."""
    for category in host.categories:
        names = [
            each.module
            for hook in category.hookspecs
            for each in host.chains[f"{category.name}.{hook}"].callbacks
        ]
        yield {
            "category": category.name,
            "class": f"{category.__module__}.{category.__qualname__}",
            "exclusive": category.exclusive,
            "hooks": list(category.hookspecs),
            "modules": list(dict.fromkeys(names)),
        }


def place_of(function: Callable[..., Any]) -> str | None:
    """Find where a callback is defined.

    Args:
        function: The callback: a function, a method, or anything that can be called.

    Returns:
        File and line; `None` if it is not written in Python.
    """
    inner: Any = inspect.unwrap(function)
    while isinstance(inner, functools.partial):
        inner = inspect.unwrap(inner.func)
    code = getattr(inner, "__code__", None)
    if not isinstance(code, CodeType):  # an object with `__call__`
        code = getattr(type(inner).__call__, "__code__", None)
    return _short(f"{code.co_filename}:{code.co_firstlineno}") if code is not None else None


def _short(place: str) -> str:
    """Write a path as it is from here, if it is below."""
    path = Path(place)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else place


VIEWS: Final[Mapping[str, tuple[View, Callable[[Host], Iterator[Row]]]]] = {
    "hooks": (
        View(
            "hooks",
            (
                *("hook", "category", "number", "module", "key", "callback"),
                *("rule", "on_error", "timeout_seconds", "mode"),
            ),
            frozenset({"category", "key"}),
        ),
        hook_rows,
    ),
    "modules": (
        View(
            "modules",
            (
                *("module", "class", "state", "mode", "timeout_seconds", "optional"),
                *("hooks", "paths", "line"),
            ),
            frozenset({"optional", "line"}),
        ),
        module_rows,
    ),
    "paths": (View("paths", ("path", "module", "served", "registered")), path_rows),
    "categories": (
        View("categories", ("category", "class", "exclusive", "hooks", "modules")),
        category_rows,
    ),
}
"""The views by their names, and what makes their rows."""

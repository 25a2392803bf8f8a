"""The unique names of modules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hostkit.codes import Code
from hostkit.errors import Problem, show_path


def default_name(module: str | type) -> str:
    """Name a module that was not named: as it was written, or by its class."""
    return module if isinstance(module, str) else f"{module.__module__}.{module.__qualname__}"


def unique_names(wanted: Sequence[tuple[str | None, str]]) -> list[str]:
    """Name all modules of a file.

    Args:
        wanted: For each module the name it was given, if any, and its default.

    Returns:
        One name for each. Only defaults give way, by ``#2``, ``#3`` and so on.
    """
    taken = {given for given, _ in wanted if given is not None}
    names = []
    for given, default in wanted:
        name = given if given is not None else _free(default, taken)
        taken.add(name)
        names.append(name)
    return names


def repeated_names(entries: Sequence[Any]) -> Iterator[Problem]:
    """Find names that were given twice, among entries that may be wrong in other ways too.

    Args:
        entries: What stands under ``modules:``, as it was written.
    """
    first: dict[str, int] = {}
    for index, entry in enumerate(entries):
        name = entry.get("name") if isinstance(entry, Mapping) else None
        if not isinstance(name, str) or first.setdefault(name, index) == index:
            continue
        yield Problem(
            Code.DUPLICATE_NAME,
            f"{show_path(('modules', index))} and {show_path(('modules', first[name]))} "
            f"have the same name {name!r}",
            ("modules", index, "name"),
            hint="give each module a name of its own",
        )


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}#{number}"
    return free

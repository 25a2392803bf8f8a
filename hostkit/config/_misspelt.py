"""Top-level keys that look like hostkit's own: to overlook them would be to overlook the file."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, Final

import yaml

from hostkit.codes import Code
from hostkit.config._fields import settings_of
from hostkit.config._settings import Settings
from hostkit.errors import Problem

_NEAR: Final = 0.75
"""How alike two names are that are taken for one; below that are ``hosts`` and ``hosting``."""


def misspelt_keys(top: Iterable[tuple[Any, Any]]) -> Iterator[Problem]:
    """Find keys near ``modules`` or ``hostkit`` that hold what belongs there.

    Other keys are the host application's. But a block that is not found would go unnoticed: without
    modules everything is allowed, and without settings every default holds.

    Args:
        top: The pairs of the top level: what was read, or the nodes of a file.
    """
    for key, value in top:
        name = key.value if isinstance(key, yaml.ScalarNode) else key
        if not isinstance(name, str) or name in {"modules", "hostkit"}:
            continue
        if _is_near(name, "modules") and _lists_modules(value):
            message, meant = f"{name!r} lists modules", "modules"
        elif _is_near(name, "hostkit") and _holds(value, settings_of(Settings)):
            message, meant = f"{name!r} holds settings of hostkit", "hostkit"
        else:
            continue
        yield Problem(
            Code.UNKNOWN_KEY,
            f"{message}, which are looked for under {meant!r}",
            (name,),
            hint=f"did you mean {meant!r}?",
        )


def _is_near(name: str, meant: str) -> bool:
    # Case, hyphens and invisible characters make no other name of it.
    folded = unicodedata.normalize("NFKC", name).casefold()
    letters = "".join(char for char in folded if char.isalnum())
    return SequenceMatcher(None, letters, meant).ratio() >= _NEAR


def _lists_modules(value: Any) -> bool:
    items = value.value if isinstance(value, yaml.SequenceNode) else value
    return isinstance(items, list | tuple) and any(_holds(item, ["module"]) for item in items)


def _holds(value: Any, known: Collection[str]) -> bool:
    """Whether a mapping has one of some keys, or something near one."""
    return any(_is_near(key, each) for key in _keys(value) for each in known)


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, yaml.MappingNode):
        yield from (key.value for key, _ in value.value if isinstance(key, yaml.ScalarNode))
    elif isinstance(value, Mapping):
        yield from (key for key in value if isinstance(key, str))

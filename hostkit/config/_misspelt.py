"""Top-level keys that look like hostkit's own: to overlook them would be to overlook the file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

import yaml

from hostkit.codes import Code
from hostkit.config._entries import ModuleEntry
from hostkit.config._fields import settings_of
from hostkit.config._listener import Listener
from hostkit.config._lookalikes import looks_like, odd_characters
from hostkit.config._settings import Settings
from hostkit.errors import Problem

_NEAR: Final = 0.75
"""How alike two names are that are taken for one; below that are ``hosts`` and ``hosting``."""
_NEAR_TOP: Final = 0.82
"""The same for top-level keys, which may be the host's own, such as ``hostlist``."""
_OTHER_WORDS: Final = frozenset({"model", "models", "module", "modulus"})
"""Words that hosts use as keys of their own; only entries that name their module are ours there."""
_MERGE: Final = "tag:yaml.org,2002:merge"
_DOTTED: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")


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
        if _is_near(name, "modules", _NEAR_TOP) and _lists_modules(name, value):
            message, meant = f"{name!r} lists modules", "modules"
        elif _is_near(name, "hostkit", _NEAR_TOP) and _has_settings(value):
            message, meant = f"{name!r} holds settings of hostkit", "hostkit"
        else:
            yield from _lookalike(name)
            continue
        odd = odd_characters(name)
        yield Problem(
            Code.UNKNOWN_KEY,
            f"{message}, which are looked for under {meant!r}",
            (name,),
            details=() if odd is None else (f"it has {odd}",),
            hint=f"did you mean {meant!r}?",
        )


def _lookalike(name: str) -> Iterator[Problem]:
    """Refuse a name that looks the same, whatever it holds."""
    for meant in ("modules", "hostkit"):
        if looks_like(name, meant):
            odd = odd_characters(name)
            how = "is written otherwise" if odd is None else f"has {odd}"
            yield Problem(
                Code.UNKNOWN_KEY,
                f"{name!r} looks like {meant!r}, but {how}",
                (name,),
                hint=f"write {meant!r} anew, in plain letters",
            )


def _is_near(name: str, meant: str, ratio: float = _NEAR) -> bool:
    letters = _letters(name)
    # The most that the lengths allow: this spares nearly all keys of a host's own the comparison.
    if 2 * min(len(letters), len(meant)) < ratio * (len(letters) + len(meant)):
        return False
    from difflib import SequenceMatcher  # noqa: PLC0415 -- for keys that are hostkit's to read

    return SequenceMatcher(None, letters, meant).ratio() >= ratio


def _letters(name: str) -> str:
    # Case, hyphens and invisible characters make no other name of it.
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if char.isalnum())


def _lists_modules(name: str, value: Any) -> bool:
    items = _items(value)
    if any(_holds(item, ["module"]) for item in items):
        return True
    return _letters(name) not in _OTHER_WORDS and any(map(_looks_like_module, items))


def _looks_like_module(item: Any) -> bool:
    """Whether something is a class or its path, or an entry that forgets to name it."""
    item = item.value if isinstance(item, yaml.ScalarNode) else item
    if isinstance(item, str):
        return _DOTTED.fullmatch(item) is not None
    return isinstance(item, type) or _holds(item, set(settings_of(ModuleEntry)) - {"name"})


def _has_settings(value: Any) -> bool:
    known = {*settings_of(Settings), *settings_of(Listener)}
    return any(_holds(each, known) for each in (value, *_items(value)))


def _items(value: Any) -> Iterable[Any]:
    items = value.value if isinstance(value, yaml.SequenceNode) else value
    return items if isinstance(items, list | tuple) else ()


def _holds(value: Any, known: Collection[str]) -> bool:
    """Whether a mapping has one of some keys, or something near one."""
    return any(_is_near(key, each) for key in _keys(value) for each in known)


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, yaml.MappingNode):
        pairs = list(value.value)
        for key, each in value.value:
            if key.tag == _MERGE and isinstance(each, yaml.MappingNode):
                pairs += each.value  # what is merged there in turn may lead back here
        yield from (key.value for key, _ in pairs if isinstance(key, yaml.ScalarNode))
    elif isinstance(value, Mapping):
        yield from (key for key in value if isinstance(key, str))

"""`is_same`: whether two configs say the same."""

from __future__ import annotations

from typing import Any


def is_same(one: Any, other: Any, _seen: set[tuple[int, int]] | None = None) -> bool:
    """Compare values more strictly than Python does.

    To Python ``1``, ``1.0`` and ``true`` are equal, and so are mappings in another order; a module
    may tell them apart.

    Args:
        one: A value from a config file.
        other: Another one.
    """
    if type(one) is not type(other):
        return False
    if not isinstance(one, dict | list):
        return one is other or bool(one == other)
    seen = set() if _seen is None else _seen
    if (id(one), id(other)) in seen:  # what contains itself, or stands in several places
        return True
    seen.add((id(one), id(other)))
    if len(one) != len(other):
        return False
    if isinstance(one, dict):
        keys = all(is_same(key, like) for key, like in zip(one, other, strict=True))
        return keys and all(is_same(one[key], other[key], seen) for key in one)
    return all(is_same(item, like, seen) for item, like in zip(one, other, strict=True))

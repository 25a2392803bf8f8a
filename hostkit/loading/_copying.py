"""Give a module a config of its own, which it may change as it likes."""

from __future__ import annotations

from typing import Any


def private_copy(value: Any, _seen: dict[int, Any] | None = None) -> Any:
    """Copy lists and mappings all the way down, and nothing else.

    A host may pass objects in a mapping that cannot be copied, so they are shared.
    """
    seen = _seen if _seen is not None else {}
    if id(value) in seen:
        return seen[id(value)]
    if isinstance(value, dict):
        mapping: dict[Any, Any] = {}
        seen[id(value)] = mapping
        mapping.update((key, private_copy(item, seen)) for key, item in value.items())
        return mapping
    if isinstance(value, list):
        items: list[Any] = []
        seen[id(value)] = items
        items.extend(private_copy(item, seen) for item in value)
        return items
    return value

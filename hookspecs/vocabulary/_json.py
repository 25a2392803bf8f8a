"""JSON objects, as Python has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

JsonDict: TypeAlias = dict[str, Any]
"""A JSON object."""

JsonMapping: TypeAlias = Mapping[str, Any]
"""A JSON object that is only read."""


def copy_json(value: Any) -> Any:
    """Copy a JSON value, with plain dicts and lists in place of any other mappings and sequences.

    Raises:
        TypeError: There is something in it for which JSON has no form.
    """
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError(f"a JSON object has str keys, unlike {value!r}")
        return {key: copy_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [copy_json(item) for item in value]
    raise TypeError(f"JSON has no form for {value!r}")

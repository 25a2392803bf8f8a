"""Hints that show the right form: a list for a single value, a mapping for its only needed key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, get_origin

import attrs

from hostkit.config._fields import default_keys, settings_of, written_keys
from hostkit.config._plain import bare, is_secret
from hostkit.config._readings import older

_WORD: Final = re.compile(r"[\w./][\w./-]*")
_HIDDEN: Final = "..."
_LONGEST: Final = 200


def list_hint(value: Any, item: Any, *, is_class: bool) -> str | None:
    """Show how a value would be written as a list.

    Args:
        value: What stands there.
        item: The type of the list's items.
        is_class: Whether that is a class which a mapping fills.
    """
    if isinstance(value, Mapping):
        hint = "this is one entry of a list: put a dash before its first key, or brackets around it"
        return hint if is_class else None
    text = mapping_form(value, item) if is_class else _write(value)
    return None if text is None else f"write a list: [{text}]"


def mapping_hint(value: Any, cls: Any) -> str | None:
    """Show how a value would be written as a mapping of a class, if there is one way to do so."""
    text = mapping_form(value, cls)
    return None if text is None else f"write a mapping: {text}"


def mapping_form(value: Any, cls: Any) -> str | None:
    """Write a value as that of the only key that a class needs, if there is one.

    Args:
        value: What stands there.
        cls: The class.
    """
    base = get_origin(cls) or cls
    keys = written_keys(base)
    optional = default_keys(base)
    needed = [key for key in keys.values() if key not in optional]
    text = _write(value) if isinstance(bare(value), str) else None
    if len(needed) != 1 or text is None:
        return None
    declared = settings_of(base).get(needed[0]) if attrs.has(base) else None
    if declared is not None and not declared[0].repr:
        text = _HIDDEN
    return f"{{{needed[0]}: {text}}}"


def _quoted(plain: Any) -> str:
    import json  # noqa: PLC0415 -- only for what is wrong

    return json.dumps(plain)


def _write(value: Any) -> str | None:
    if is_secret(value):
        return _HIDDEN
    plain = bare(value)
    if isinstance(plain, str):
        if len(plain) > _LONGEST:
            return _HIDDEN
        return plain if _WORD.fullmatch(plain) and older(plain) == plain else _quoted(plain)
    if isinstance(plain, bool | int | float):
        return _quoted(plain)
    return None

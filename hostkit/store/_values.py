"""Values of the store as JSON; what JSON cannot hold is refused, with its place in the value."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

from hostkit.codes import Code
from hostkit.errors import CodedError, show_path
from hostkit.wording import counted, type_name

if TYPE_CHECKING:
    from hostkit.errors import Path

LONGEST_KEY: Final = 500
"""How many characters a key has at most: an index of PostgreSQL has no room for much more."""

_DEEPEST: Final = 100


class StoreError(CodedError, ValueError):
    """A key or a value cannot be kept in the store; nothing was written."""


def check_key(key: object, *, shortest: int = 1) -> str:
    """Make sure that something can be a key.

    Args:
        key: What was given.
        shortest: How many characters it has at least.

    Raises:
        StoreError: It cannot (HK520).
    """
    if not isinstance(key, str):
        raise StoreError(
            Code.NOT_STORABLE,
            f"a key of the store is a string, not a value of type {type_name(key)}",
        )
    if not shortest <= len(key) <= LONGEST_KEY:
        raise StoreError(
            Code.NOT_STORABLE,
            f"a key of the store cannot have {counted(len(key), 'character')}",
            expected=f"{shortest} to {LONGEST_KEY}",
            hint="for longer ones, use a hash of them" if key else None,
        )
    if "\0" in key or any("\ud800" <= each <= "\udfff" for each in key):
        raise StoreError(
            Code.NOT_STORABLE,
            f"the key {key!r} has a character that not every database can hold",
            expected="neither null characters nor halves of characters",
        )
    return str(key)


def write_value(key: str, value: Any, most: int) -> str:
    """Write a value as JSON, always in the same way.

    Args:
        key: Its key, for errors.
        value: The value.
        most: How many bytes it may have.

    Raises:
        StoreError: JSON cannot hold it (HK520), or it is too large (HK521).
    """
    _check(key, value, ())
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))  # ASCII, so any database can
    if len(text) > most:
        raise StoreError(
            Code.TOO_LARGE_TO_STORE,
            f"the value of {key!r} has {len(text)} bytes as JSON, and {most} are allowed",
            hint="keep it in several keys, or in a table of api.database; operators can set "
            "`hostkit: store_value:`",
        )
    return text


def read_value(text: str) -> Any:
    """Read what `write_value` has written."""
    return json.loads(text)


def _check(key: str, value: Any, path: Path) -> None:
    if value is None or isinstance(value, str | bool | int):
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _refused(key, path, f"JSON has no number {value}")
    elif isinstance(value, dict | list):
        if len(path) == _DEEPEST:
            raise _refused(key, (), f"it is nested deeper than {_DEEPEST} times, or in itself")
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for step, each in items:
            if isinstance(value, dict) and not isinstance(step, str):
                raise _refused(key, path, f"the key {step!r} of a mapping is not a string")
            _check(key, each, (*path, step))
    else:
        hint = "write a list" if isinstance(value, tuple | set | frozenset) else None
        raise _refused(key, path, f"a value of type {type_name(value)} is not JSON", hint)


def _refused(key: str, path: Path, reason: str, hint: str | None = None) -> StoreError:
    at = f", at {show_path(path)}" if path else ""
    return StoreError(
        Code.NOT_STORABLE,
        f"the value of {key!r} cannot be stored{at}: {reason}",
        expected="what JSON has: strings, finite numbers, booleans, None, lists, and dicts with "
        "strings as keys",
        hint=hint,
    )

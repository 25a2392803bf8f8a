"""How messages show values and exceptions, and name alternatives."""

from __future__ import annotations

import difflib
import traceback
from collections.abc import Collection, Mapping
from typing import Any, Final

# A number of more bits than this is a mistake, and Python may refuse to print it.
_LARGEST_BITS: Final = 256
_LONGEST: Final = 10_000
_LONGEST_NAME: Final = 200
_KINDS: Final[dict[type, str]] = {Mapping: "a mapping", list: "a list", tuple: "a list"}


def show(value: Any) -> str:
    """Say what a value from a config file is: ``the string 'no'``.

    Strings are shown whole or not at all: a secret cut in half could not be recognised, and
    redacted.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the string {value!r}" if len(value) <= _LONGEST else quote(value)
    if isinstance(value, int | float):
        return _show_number(value)
    kinds = (kind for cls, kind in _KINDS.items() if isinstance(value, cls))
    return next(kinds, f"a value of type {type(value).__name__}")


def quote(value: Any) -> str:
    """Write a string in quotes, or only its length: many messages may be about one long string."""
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"a string of {len(value)} characters"
    return repr(value)


def exception_line(error: BaseException) -> str:
    """Write an exception as its last line in a traceback."""
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"  # its place is shown elsewhere
    return "".join(traceback.format_exception_only(error)).strip()


_read_name: Final = type.__dict__["__name__"].__get__


def type_name(value: object) -> str:
    """Name the class of a value, also if its metaclass has another idea of names."""
    name: str = _read_name(type(value))
    return name


def either(options: Collection[str]) -> str:
    """Join alternatives: ``a, b or c``."""
    *most, last = options
    return f"{', '.join(most)} or {last}" if most else last


def counted(number: int, noun: str) -> str:
    """Write how many there are of something: ``1 module``, ``2 modules``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def nearest(name: str, options: Collection[str]) -> str | None:
    """Find the option that was probably meant, if one is close."""
    if len(name) > _LONGEST_NAME:  # comparing takes longer the longer it is
        return None
    return next(iter(difflib.get_close_matches(name, options, n=1)), None)


def did_you_mean(name: str, options: Collection[str]) -> str | None:
    """Write the hint that names the nearest option, if one is close."""
    near = nearest(name, options)
    return None if near is None else f"did you mean {near!r}?"


def _show_number(value: float) -> str:
    if isinstance(value, int) and value.bit_length() > _LARGEST_BITS:
        return "a very large number"
    return f"the number {value}"

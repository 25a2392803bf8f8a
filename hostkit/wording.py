"""How messages show values and exceptions, and name alternatives."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Any, Final

# A number of more bits than this is a mistake, and Python may refuse to print it.
_LARGEST_BITS: Final = 256
_KINDS: Final[dict[type, str]] = {Mapping: "a mapping", list: "a list", tuple: "a list"}


def show(value: Any) -> str:
    """Say what a value from a config file is: ``the string 'no'``.

    Long strings are not shortened: a secret cut in half could not be recognised and redacted.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the string {value!r}"
    if isinstance(value, int | float):
        return _show_number(value)
    kinds = (kind for cls, kind in _KINDS.items() if isinstance(value, cls))
    return next(kinds, f"a value of type {type(value).__name__}")


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
    return next(iter(difflib.get_close_matches(name, options, n=1)), None)


def did_you_mean(name: str, options: Collection[str]) -> str | None:
    """Write the hint that names the nearest option, if one is close."""
    near = nearest(name, options)
    return None if near is None else f"did you mean {near!r}?"


def _show_number(value: float) -> str:
    if isinstance(value, int) and value.bit_length() > _LARGEST_BITS:
        return "a very large number"
    return f"the number {value}"

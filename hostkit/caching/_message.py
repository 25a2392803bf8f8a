"""`Message`: what processes tell each other about their caches."""

from __future__ import annotations

import json
import math
import reprlib
from typing import TYPE_CHECKING, Any, Final, TypeAlias, final

import attrs

if TYPE_CHECKING:
    from hostkit.caching._cached_function import CachedFunction


_LONGEST_BITS: Final = 10_000  # Python writes and reads no numbers that are much longer

Key: TypeAlias = tuple[Any, ...]
"""The arguments of a cached method: strings, numbers, booleans, `None`, and tuples of them."""


@final
@attrs.frozen
class Message:
    """An entry of a cache is no longer true.

    Attributes:
        sender: The process that says so.
        name: The cached function, by the name that it has in all processes.
        key: The arguments.
    """

    sender: str
    name: str
    key: Key

    def write(self) -> str:
        """Write it as JSON, in which tuples are lists."""
        return json.dumps([1, self.sender, self.name, self.key])

    @classmethod
    def read(cls, text: str | bytes) -> Message:
        """Read what another process has written.

        Raises:
            ValueError: This is no such message.
        """
        try:
            match json.loads(text):
                case [1, str(sender), str(name), list(key)]:
                    return cls(sender, name, _tuple(key))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"this is no JSON: {error}") from None
        raise ValueError("this is no message about a cache, or one of another version")


def check_key(function: CachedFunction[..., Any], key: object) -> Key:
    """Make sure that a key can be told to other processes.

    Args:
        function: The cached function.
        key: The key of an entry of it.

    Raises:
        TypeError: It is no tuple of as many arguments as count, or one of them is of another type
            than can be told.
    """
    names = function.key_names
    if not isinstance(key, tuple) or len(key) != len(names):
        shown = f"({', '.join(names)}{',' if len(names) == 1 else ''})"
        raise TypeError(
            f"{function.__qualname__}: a key is a tuple of {shown}, also of one value, not {key!r}"
        )
    for name, value in zip(names, key, strict=True):
        if not _can_be_told(value):
            raise TypeError(
                f"{function.__qualname__}: the argument {name!r} cannot be told to other processes,"
                f" as it is {_show(value)}; expected a str, a number, a bool, None, or a tuple of "
                "them"
            )
    return key


def _can_be_told(value: object) -> bool:
    if isinstance(value, tuple):
        return all(_can_be_told(part) for part in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return value.bit_length() <= _LONGEST_BITS
    return value is None or isinstance(value, str)


def _show(value: object) -> str:
    return reprlib.repr(value) if not isinstance(value, int) else "a number of too many digits"


def _tuple(values: list[Any]) -> tuple[Any, ...]:
    return tuple(_tuple(value) if isinstance(value, list) else value for value in values)

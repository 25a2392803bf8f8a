"""`Invalidation`: what processes say to each other about stale results, and which keys they can."""

from __future__ import annotations

import math
import reprlib
from typing import TYPE_CHECKING, Any, Final, TypeAlias, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hostkit.caching._function import CachedFunction

_LONGEST_BITS: Final = 10_000  # Python refuses to write and read integers that are much longer

Key: TypeAlias = tuple[Any, ...]
"""The arguments of a cached method: strings, numbers, booleans, `None`, and tuples of them."""


@final
@attrs.frozen
class Invalidation:
    """What a message says about one cached function: entries of it are stale.

    Attributes:
        name: The cached function, by the name that it has in all processes.
        keys: The arguments of each entry; `None`: all entries are stale.
    """

    name: str
    keys: Sequence[Key] | None

    def to_payload(self) -> list[Any]:
        """Write it as JSON values, in which tuples are lists."""
        return [self.name, self.keys]

    @classmethod
    def from_payload(cls, payload: Any) -> Invalidation:
        """Read what another process says.

        Raises:
            ValueError: This is not an invalidation.
        """
        match payload:
            case [str(name), None]:
                return cls(name, None)
            case [str(name), [*keys]] if all(isinstance(key, list) for key in keys):
                return cls(name, [_tuple(key) for key in keys])
        raise ValueError("this is not an invalidation")


def read_payload(payload: Any) -> list[Invalidation]:
    """Read the payload of a message, which has any number of invalidations.

    Raises:
        ValueError: This is not such a payload.
    """
    if not isinstance(payload, list):
        raise ValueError("this is not an invalidation")  # noqa: TRY004 -- as the others
    return [Invalidation.from_payload(each) for each in payload]


def check_key(function: CachedFunction[..., Any], key: object) -> Key:
    """Make sure that a key can be sent to other processes.

    Args:
        function: The cached function.
        key: The key of an entry of it.

    Raises:
        TypeError: It is not a tuple of as many arguments as make up a key, or one of them is of a
            type that cannot be serialised.
    """
    names = function.key_names
    if isinstance(key, tuple) and len(key) == len(function.named_key_names):
        names = function.named_key_names  # an entry for each of what else it was called with
    if not isinstance(key, tuple) or len(key) != len(names):
        shown = f"({', '.join(names)}{',' if len(names) == 1 else ''})"
        raise TypeError(
            f"{function.__qualname__}: a key is a tuple of {shown}, even for one argument, "
            f"not {key!r}"
        )
    for name, value in zip(names, key, strict=True):
        if not _is_serialisable(value):
            raise TypeError(
                f"{function.__qualname__}: the argument {name!r} cannot be serialised for other "
                f"processes, as it is {_show(value)}; expected a str, a number, a bool, None, or a "
                "tuple of them"
            )
    return key


def _is_serialisable(value: object) -> bool:
    if isinstance(value, tuple):
        return all(_is_serialisable(part) for part in value)
    if isinstance(value, float):
        # NaN equals no key, and JSON has neither it nor infinity.
        return math.isfinite(value)
    if isinstance(value, int):
        return value.bit_length() <= _LONGEST_BITS
    return value is None or isinstance(value, str)


def _show(value: object) -> str:
    return reprlib.repr(value) if not isinstance(value, int) else "a number of too many digits"


def _tuple(values: list[Any]) -> tuple[Any, ...]:
    return tuple(_tuple(value) if isinstance(value, list) else value for value in values)

"""`CacheOptions`: the options of `@cached`, checked."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable


@final
@attrs.frozen
class CacheOptions:
    """How a method is cached.

    Attributes:
        max_entries: How many results each instance keeps.
        ttl_seconds: How long a result is kept; `None` is without limit.
        uncached: The names of arguments that are left out of the key.
        num_args: How many positional arguments make up the key; `None` for all.
        clock: Reads monotonic seconds; it is called only if there is a ``ttl_seconds``. By default
            what `hostkit.loops.monotonic_seconds` finds when the cache of an instance is made.
    """

    max_entries: int = 1000
    ttl_seconds: float | None = None
    uncached: frozenset[str] = frozenset()
    num_args: int | None = None
    clock: Callable[[], float] | None = None

    @classmethod
    def checked(
        cls, max_entries: object, ttl: object, uncached_args: object, num_args: object = None
    ) -> CacheOptions:
        """Check the arguments of ``@cached(...)``.

        Raises:
            TypeError: One is of a wrong type.
            ValueError: A number is too small, or two of them exclude each other.
        """
        if num_args is not None and uncached_args is not None:
            raise ValueError("@cached: give either num_args or uncached_args, not both")
        return cls(
            _number_of("max_entries", max_entries, least=1),
            _seconds_of(ttl),
            frozenset() if uncached_args is None else _names_of(uncached_args),
            None if num_args is None else _number_of("num_args", num_args, least=0),
        )


def _number_of(name: str, number: object, *, least: int) -> int:
    if not isinstance(number, int) or isinstance(number, bool):
        raise TypeError(f"@cached: {name} must be a whole number, not {number!r}")
    if number < least:
        raise ValueError(f"@cached: {name} must be {least} or more, not {number}")
    return number


def _seconds_of(ttl: object) -> float | None:
    if ttl is None:
        return None
    seconds = ttl.total_seconds() if isinstance(ttl, dt.timedelta) else ttl
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise TypeError(f"@cached: ttl must be seconds (a number) or a timedelta, not {ttl!r}")
    if not seconds > 0:  # false for NaN, too
        raise ValueError(f"@cached: ttl must be greater than zero, not {ttl!r}")
    return float(seconds)


def _names_of(uncached_args: object) -> frozenset[str]:
    if not isinstance(uncached_args, tuple | list | set | frozenset):
        raise TypeError(
            "@cached: uncached_args must be a tuple of names, such as ('name',), "
            f"not {uncached_args!r}"
        )
    return frozenset(uncached_args)

"""`Options`: how a method is cached."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


@final
@attrs.frozen
class Options:
    """How a method is cached.

    Attributes:
        max_entries: How many results each instance keeps.
        ttl_seconds: How long a result is kept; without end if it is `None`.
        uncached: The names of arguments that are left out of the key.
        clock: Reads seconds that only grow; it is called only if there is a ``ttl_seconds``.
    """

    max_entries: int = 1000
    ttl_seconds: float | None = None
    uncached: frozenset[str] = frozenset()
    clock: Callable[[], float] = time.monotonic


def read_options(
    max_entries: object, ttl: object, uncached_args: Collection[str] | object
) -> Options:
    """Check what stands in the parentheses of ``@cached(...)``.

    Raises:
        TypeError: Something is of a wrong type.
        ValueError: A number is too small.
    """
    if not isinstance(max_entries, int) or isinstance(max_entries, bool):
        raise TypeError(f"@cached: max_entries must be a whole number, not {max_entries!r}")
    if max_entries < 1:
        raise ValueError(f"@cached: max_entries must be 1 or more, not {max_entries}")
    return Options(max_entries, _seconds_of(ttl), _names_of(uncached_args))


def _seconds_of(ttl: object) -> float | None:
    if ttl is None:
        return None
    seconds = ttl.total_seconds() if isinstance(ttl, dt.timedelta) else ttl
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise TypeError(f"@cached: ttl must be a number of seconds or a timedelta, not {ttl!r}")
    if not seconds > 0:  # which NaN is not either
        raise ValueError(f"@cached: ttl must be longer than nothing, not {ttl!r}")
    return float(seconds)


def _names_of(uncached_args: object) -> frozenset[str]:
    if not isinstance(uncached_args, tuple | list | set | frozenset):
        raise TypeError(
            "@cached: uncached_args must be a tuple of names, such as ('name',), "
            f"not {uncached_args!r}"
        )
    return frozenset(uncached_args)

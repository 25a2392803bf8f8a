"""Durations and sizes, as people write them: ``200ms``, ``64K``."""

from __future__ import annotations

import re
from typing import Final, NewType

from hostkit.wording import show

Seconds = NewType("Seconds", float)
"""A field type: a duration, written ``200ms 5s 2m 1h 1d``, held in seconds."""

Bytes = NewType("Bytes", int)
"""A field type: a size, written ``512 64K 10M 1G``, held in bytes."""

DURATION: Final = "a number and a unit, such as 200ms, 5s, 1.5m, 1h or 1d"
SIZE: Final = "a whole number of bytes, or one with a unit, such as 64K, 10M or 1G"

# As many digits as anyone needs; so the arithmetic below can neither overflow nor be slow.
_DURATION: Final = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)(ms|s|m|h|d)")
_SIZE: Final = re.compile(r"([0-9]{1,15})([KMG]?)")
_SECONDS: Final = {"s": 1, "m": 60, "h": 60 * 60, "d": 24 * 60 * 60}
_BYTES: Final = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}


def parse_seconds(text: str) -> float:
    """Read a duration.

    Args:
        text: A number directly followed by its unit: ``ms``, ``s``, ``m``, ``h`` or ``d``.

    Returns:
        The duration in seconds.

    Raises:
        ValueError: It is not a duration. The message shows what one looks like.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{show(text)} is not a duration; expected {DURATION}")
    number, unit = float(match[1]), match[2]
    # Dividing is exact where multiplying by 0.001 is not.
    return number / 1000 if unit == "ms" else number * _SECONDS[unit]


def parse_bytes(value: int | str) -> int:
    """Read a size; its units are powers of 1024.

    Args:
        value: A whole number of bytes, or a number directly followed by ``K``, ``M`` or ``G``.

    Returns:
        The size in bytes.

    Raises:
        ValueError: It is not a size. The message shows what one looks like.
    """
    if isinstance(value, str) and (match := _SIZE.fullmatch(value)):
        return int(match[1]) * _BYTES[match[2]]
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError(f"{show(value)} is not a size; expected {SIZE}")

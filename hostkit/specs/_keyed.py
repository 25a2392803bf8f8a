"""`Keyed`: a hook whose callbacks are registered by key."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeAlias, final

import attrs

from hostkit.codes import Code
from hostkit.errors import SpecError

ReadKey: TypeAlias = Callable[[Any], tuple[Hashable, Any]]
"""Reads a key as modules write it; see `Keyed`."""


def read_plain_key(key: Hashable) -> tuple[Hashable, None]:
    """Take a key as it is."""
    return key, None


@final
@attrs.frozen
class Keyed:
    """Modules register a mapping of callbacks by key; a call asks those of its own key.

    Args:
        argument: The hook's argument whose value is the key of a call.
        read: Takes a key as modules write it. Returns the key of the calls that it is for, and
            details of it on which all modules must agree. Raises `TypeError`, `ValueError` or
            `LookupError` if it is not one. By default keys are written as they are, and have no
            details.

    Raises:
        SpecError: ``read`` cannot be called.
    """

    argument: str
    read: ReadKey = read_plain_key

    def __attrs_post_init__(self) -> None:
        if not callable(self.read):
            raise SpecError(
                Code.BAD_OPTION,
                f"Keyed was given read={self.read!r}, which cannot be called",
                expected="a function that takes a key as modules write it",
            )

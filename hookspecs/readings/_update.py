"""What the answers of modules mean that control background updates."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any


def read_update(value: Any) -> AbstractAsyncContextManager[int]:
    """Take what a batch can run inside of.

    Raises:
        TypeError: It cannot be entered with ``async with``.
    """
    if not isinstance(value, AbstractAsyncContextManager):
        raise TypeError("an answer is an asynchronous context manager")
    return value


def read_batch_size(value: Any) -> int:
    """Take a number of rows.

    Raises:
        TypeError: It is no whole number.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("an answer is an int")
    return value

"""Tell a declared function that does nothing from one with code in it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def _documented() -> None:
    """Nothing but this."""


def _undocumented() -> None: ...


async def _documented_async() -> None:
    """Nothing but this."""


async def _undocumented_async() -> None: ...


_EMPTY = frozenset(
    (function.__code__.co_code, function.__code__.co_consts[-1])
    for function in (_documented, _undocumented, _documented_async, _undocumented_async)
)


def has_body(function: Callable[..., Any]) -> bool:
    """Whether a function has code of its own, and not just a docstring, ``...`` or ``pass``.

    Compares compiled code and what it returns, since the source is not always at hand.
    """
    code = inspect.unwrap(function).__code__
    return (code.co_code, code.co_consts[-1]) not in _EMPTY

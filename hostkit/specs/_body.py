"""Tell a declared function that does nothing from one with code in it."""

from __future__ import annotations

import dis
import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def has_body(function: Callable[..., Any]) -> bool:
    """Whether a function has code of its own, and not just a docstring, ``...`` or ``pass``.

    Compares compiled code, since the source is not always at hand.
    """
    return _steps(function) not in _EMPTY


def _steps(function: Callable[..., Any]) -> list[tuple[str, Any]]:
    code = inspect.unwrap(function).__code__
    # Of two statements that do nothing, one leaves a NOP behind.
    return [
        (step.opname, step.argval) for step in dis.get_instructions(code) if step.opname != "NOP"
    ]


def _plain() -> None: ...


async def _coroutine() -> None: ...


_EMPTY = (_steps(_plain), _steps(_coroutine))

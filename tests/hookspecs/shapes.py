"""The ways in which modules write their callbacks."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import attrs
from twisted.internet.defer import Deferred, maybeDeferred

if TYPE_CHECKING:
    from collections.abc import Callable

Do = Any
"""What a callback does with the tuple of its arguments."""


def _any_number(do: Do, count: int) -> Callable[..., Any]:
    return lambda *arguments: do(arguments)


def _asynchronous(do: Do, count: int) -> Callable[..., Any]:
    async def callback(*arguments: Any) -> Any:
        return do(arguments)

    return callback


def _deferred(do: Do, count: int) -> Callable[..., Any]:
    def callback(*arguments: Any) -> Deferred[Any]:
        return maybeDeferred(do, arguments)

    return callback


def _partial(do: Do, count: int) -> Callable[..., Any]:
    return functools.partial(lambda _, *arguments: do(arguments), "mine")


@attrs.frozen
class _Object:
    do: Do

    async def __call__(self, *arguments: Any) -> Any:
        return self.do(arguments)


def _object(do: Do, count: int) -> Callable[..., Any]:
    return _Object(do)


def _with_default(do: Do, count: int) -> Callable[..., Any]:
    """Take one argument too many, which must keep its default."""

    def check(mine: str, *arguments: Any) -> Any:
        assert mine == "mine"
        return do(arguments)

    shapes: dict[int, Callable[..., Any]] = {
        1: lambda a, mine="mine": check(mine, a),
        2: lambda a, b, mine="mine": check(mine, a, b),
        3: lambda a, b, c, mine="mine": check(mine, a, b, c),
        4: lambda a, b, c, d, mine="mine": check(mine, a, b, c, d),
    }
    return shapes[count]


PLAIN: Final = (_any_number, _partial, _with_default)
"""Shapes that a synchronous hook takes."""
SHAPES: Final = (*PLAIN, _asynchronous, _deferred, _object)

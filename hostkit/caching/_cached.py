"""`@cached`: remember what an asynchronous method returned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar, overload

from hostkit.caching._cached_method import CachedMethod
from hostkit.caching._options import read_options

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Coroutine

P = ParamSpec("P")
T = TypeVar("T")


class _Decorator(Protocol):
    def __call__(
        self, function: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]], /
    ) -> CachedMethod[P, T]: ...


@overload
def cached(
    function: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]], /
) -> CachedMethod[P, T]: ...


@overload
def cached(
    *,
    max_entries: int = 1000,
    ttl: float | dt.timedelta | None = None,
    uncached_args: Collection[str] = (),
) -> _Decorator: ...


def cached(
    function: Any = None,
    /,
    *,
    max_entries: int = 1000,
    ttl: float | dt.timedelta | None = None,
    uncached_args: Collection[str] = (),
) -> Any:
    """Remember what an ``async def`` method returned, for each instance and arguments.

    Calls with the same arguments while a result is being computed wait for that result. What is
    raised reaches all of them, and is not remembered. ``self.method`` is then a
    `CachedFunction`, with which entries are taken out.

    A computation belongs to the call that began it. If that is cancelled, one of those who wait
    computes again; who only waits can be cancelled without consequences for the others. Calls
    must come from one thread, but from asyncio and Twisted alike.

    Args:
        function: The method, when used without parentheses.
        max_entries: How many results are kept for each instance; then the one that was not used
            for longest goes.
        ttl: How long a result is kept, in seconds or as a `datetime.timedelta`, from when it was
            computed; by default there is no such limit.
        uncached_args: Names of arguments that are left out of the key: what the method needs to
            compute a result that does not depend on them.

    Raises:
        TypeError: This is no method whose results can be cached, or an option is of a wrong type.
        ValueError: An option has an impossible value.
    """
    options = read_options(max_entries, ttl, uncached_args)

    def decorate(method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> Any:
        return CachedMethod(method, options)

    return decorate if function is None else decorate(function)

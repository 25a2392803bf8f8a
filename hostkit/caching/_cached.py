"""`@cached`: what it makes of a method."""

from __future__ import annotations

import functools
import inspect
from types import FunctionType, MethodType
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Final,
    Generic,
    NoReturn,
    ParamSpec,
    Protocol,
    TypeVar,
    cast,
    final,
    overload,
)

from hostkit.caching._cache import Cache
from hostkit.caching._function import compile_binder
from hostkit.caching._keys import KeyParameters
from hostkit.caching._options import CacheOptions
from hostkit.loops import monotonic_seconds, settle

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Awaitable, Callable, Collection

    from hostkit.caching._function import CachedFunction

P = ParamSpec("P")
T = TypeVar("T")

_FUNCTIONS: Final = "__hostkit_cached__"
"""The attribute in which an instance keeps its cached functions, by method."""


class _Decorator(Protocol):
    @overload
    def __call__(
        self, function: Callable[Concatenate[Any, P], Awaitable[T]], /
    ) -> CachedMethod[P, T]: ...

    @overload
    def __call__(self, function: Callable[Concatenate[Any, P], T], /) -> CachedMethod[P, T]: ...


@overload
def cached(function: Callable[Concatenate[Any, P], Awaitable[T]], /) -> CachedMethod[P, T]: ...


@overload
def cached(function: Callable[Concatenate[Any, P], T], /) -> CachedMethod[P, T]: ...


@overload
def cached(
    *,
    max_entries: int = 1000,
    ttl: float | dt.timedelta | None = None,
    uncached_args: Collection[str] | None = None,
    num_args: int | None = None,
) -> _Decorator: ...


def cached(
    function: Any = None,
    /,
    *,
    max_entries: int = 1000,
    ttl: float | dt.timedelta | None = None,
    uncached_args: Collection[str] | None = None,
    num_args: int | None = None,
) -> Any:
    """Cache the results of a method, for each instance and arguments.

    The method is an ``async def``, or a function that returns a result or a Deferred; the cached
    one is awaited in any case.

    Calls with the same arguments while a result is being computed wait for that result. An
    exception reaches all of them, and is not cached. ``self.method`` is then a `CachedFunction`,
    with which entries are invalidated.

    A computation belongs to the call that started it. If that is cancelled, one of those that
    wait computes again; a call that only waits can be cancelled without consequences for the
    others. Calls must come from one thread, but from asyncio and Twisted alike.

    Args:
        function: The method, when used without parentheses.
        max_entries: How many results are kept for each instance; then one is dropped that was not
            asked for recently.
        ttl: How long a result is kept, in seconds or as a `datetime.timedelta`, counted from when
            it was computed; by default there is no such limit.
        uncached_args: Names of arguments that are left out of the key: what the method needs to
            compute a result that does not depend on them.
        num_args: How many arguments, the first ones by position, make up the key; by default all
            do. It cannot be given together with ``uncached_args``.

    Raises:
        TypeError: This is not a method whose results can be cached, or an option is of a wrong
            type.
        ValueError: An option has an impossible value.
    """
    options = CacheOptions.checked(max_entries, ttl, uncached_args, num_args)

    def decorate(method: Callable[Concatenate[Any, P], Any]) -> Any:
        return CachedMethod(method, options)

    return decorate if function is None else decorate(function)


@final
class CachedMethod(Generic[P, T]):
    """What `cached` makes of a method; its instances have a `CachedFunction` each.

    It is made on first access, and stored in the instance's ``__dict__``, where Python finds it
    before it looks into the class: from then on no descriptor is called.

    Args:
        function: The method.
        options: How it is cached.

    Raises:
        TypeError: The function is not a method whose results can be cached.
        ValueError: The options name arguments that it does not have.
    """

    __slots__ = ("__dict__", "_bind", "_function", "_options", "_parameters", "name")

    def __init__(
        self,
        function: Callable[Concatenate[Any, P], Any],
        options: CacheOptions,
    ) -> None:
        self._parameters = KeyParameters.of(function, options.uncached, options.num_args)
        self._function = cast("FunctionType", function)
        self._options = options
        expires = options.ttl_seconds is not None
        self._bind = compile_binder(self._function, self._parameters, expires=expires)
        self.name = self._function.__name__
        functools.update_wrapper(self, function)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        # A class with a `__getstate__` of its own, or whose parent has one, decides itself what
        # is copied.
        cls: Any = owner
        if cls.__getstate__ is object.__getstate__:
            cls.__getstate__ = _state_without_caches

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> CachedMethod[P, T]: ...

    @overload
    def __get__(self, instance: object, owner: type | None = None) -> CachedFunction[P, T]: ...

    def __get__(
        self, instance: object, owner: type | None = None
    ) -> CachedMethod[P, T] | CachedFunction[P, T]:
        if instance is None:
            return self
        values = getattr(instance, "__dict__", None)
        if not isinstance(values, dict):
            raise TypeError(
                f"{self._parameters.method} keeps its cache in the instance, but instances of "
                f"{type(instance).__qualname__} have no __dict__; leave out __slots__, or write "
                "slots=False if attrs or dataclasses make them"
            )
        # By method, not by name: a method and the one it overrides have a cache each.
        functions: dict[CachedMethod[Any, Any], FunctionType] = values.setdefault(_FUNCTIONS, {})
        if self not in functions:
            functions[self] = self._make(instance)
            # Not so if a subclass has a method of that name, which calls this one with super().
            if inspect.getattr_static(type(instance), self.name, None) is self:
                values[self.name] = functions[self]
        return cast("CachedFunction[P, T]", functions[self])

    def __call__(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Refuse to be called through the class."""
        raise TypeError(
            f"{self._parameters.method} is cached per instance, so it cannot be called through its "
            f"class; call it as a method: instance.{self.name}(...)"
        )

    def _make(self, instance: object) -> FunctionType:
        method = MethodType(self._function, instance)
        is_coroutine = self._function.__code__.co_flags & inspect.CO_COROUTINE
        compute: Callable[..., Any] = method if is_coroutine else _awaiting(method)
        clock = self._options.clock or monotonic_seconds()
        cache: Cache[T] = Cache(
            compute,
            self._parameters,
            max_entries=self._options.max_entries,
            ttl_seconds=self._options.ttl_seconds,
            clock=clock,
        )
        made: Any = functools.update_wrapper(self._bind(cache, clock), method)
        marks = set(vars(self)) - {*functools.WRAPPER_ASSIGNMENTS, "__wrapped__"}
        vars(made).update((mark, vars(self)[mark]) for mark in marks)  # such as @hookimpl's
        made.__self__ = instance
        made.key_names = self._parameters.key_names
        made.named_key_names = self._parameters.named_key_names
        made.invalidate = cache.invalidate
        made.invalidate_all = cache.invalidate_all
        made.info = cache.info
        made.count_hits = cache.count_hits
        return cast("FunctionType", made)


def _awaiting(method: MethodType) -> Callable[..., Any]:
    """Make a coroutine function of a method that returns a result or a Deferred."""

    @functools.wraps(method)
    async def call(*args: Any, **kwargs: Any) -> Any:
        return await settle(method(*args, **kwargs))

    return call


def _state_without_caches(self: object) -> Any:
    """The state of an instance for `copy`, `deepcopy` and `pickle`, without its caches."""
    state: Any = object.__getstate__(self)
    if isinstance(state, tuple):  # a class that also has slots
        return (_without_caches(state[0]), *state[1:])
    return _without_caches(state)


def _without_caches(values: dict[str, Any] | None) -> dict[str, Any] | None:
    if values is None or _FUNCTIONS not in values:
        return values
    functions: dict[CachedMethod[..., Any], FunctionType] = values[_FUNCTIONS]
    # An attribute that replaced the cached function is the instance's own, and is copied.
    own = {method.name: function for method, function in functions.items()}
    return {
        name: value
        for name, value in values.items()
        if name != _FUNCTIONS and (name not in own or own[name] is not value)
    }

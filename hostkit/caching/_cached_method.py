"""`CachedMethod`: a cached method in its class."""

from __future__ import annotations

import functools
import inspect
from types import FunctionType, MethodType
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Generic,
    NoReturn,
    ParamSpec,
    TypeVar,
    cast,
    final,
    overload,
)

from hostkit.caching._arguments import Arguments
from hostkit.caching._cache import Cache
from hostkit.caching._copying import KEPT, leave_out_of_copies
from hostkit.caching._source import compile_binder

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from hostkit.caching._cached_function import CachedFunction
    from hostkit.caching._options import Options

P = ParamSpec("P")
T = TypeVar("T")


@final
class CachedMethod(Generic[P, T]):
    """What `cached` makes of a method; its instances have a `CachedFunction` each.

    It is made when it is first asked for, and kept in the instance, where Python finds it before
    it looks into the class.

    Args:
        function: The method.
        options: How it is cached.

    Raises:
        TypeError: The function is nothing whose results can be cached.
        ValueError: The options name arguments that it does not have.
    """

    __slots__ = ("__dict__", "_arguments", "_bind", "_function", "_options", "name")

    def __init__(
        self, function: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]], options: Options
    ) -> None:
        self._arguments = Arguments.of(function, options.uncached)
        self._function = cast("FunctionType", function)
        self._options = options
        self._bind = compile_binder(self._function, self._arguments, options)
        self.name = self._function.__name__
        functools.update_wrapper(self, function)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        leave_out_of_copies(owner)

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
                f"{self._arguments.method} is cached in its instance, but those of "
                f"{type(instance).__qualname__} have no __dict__; leave out __slots__, or write "
                "slots=False if attrs or dataclasses make them"
            )
        kept: dict[CachedMethod[Any, Any], FunctionType] = values.setdefault(KEPT, {})
        if self not in kept:
            kept[self] = self._make(instance)
            # Not so if a subclass has a method of that name, which calls this one with super().
            if inspect.getattr_static(type(instance), self.name, None) is self:
                values[self.name] = kept[self]
        return cast("CachedFunction[P, T]", kept[self])

    def __call__(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Refuse to be called through the class."""
        raise TypeError(
            f"{self._arguments.method} is cached per instance, so it cannot be called through its "
            f"class; call it as a method: instance.{self.name}(...)"
        )

    def _make(self, instance: object) -> FunctionType:
        method = MethodType(self._function, instance)
        cache: Cache[T] = Cache(method, self._arguments, self._options)
        made: Any = functools.update_wrapper(self._bind(cache), method)
        marks = set(vars(self)) - {*functools.WRAPPER_ASSIGNMENTS, "__wrapped__"}
        vars(made).update((mark, vars(self)[mark]) for mark in marks)  # such as @hookimpl's
        made.__self__ = instance
        made.key_names = self._arguments.key_names
        made.invalidate = cache.invalidate
        made.invalidate_all = cache.invalidate_all
        return cast("FunctionType", made)

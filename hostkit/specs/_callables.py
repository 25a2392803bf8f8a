"""What can be found out about a callable of a module: its signature, its kind and its name.

Modules register all sorts of objects, some of which only look like functions: every attribute of a
mock is another mock, and a proxy may raise for any of them. Nothing here raises what such an
attribute raises.
"""

from __future__ import annotations

import functools
import inspect
from types import FunctionType, MethodType
from typing import Any, Final

from hostkit.loops import PERHAPS_CALLERS

_COROUTINE: Final = inspect.CO_COROUTINE
_GENERATOR: Final = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


def signature_of(function: Any) -> inspect.Signature:
    """Read which arguments a callable takes.

    An object that does not show it, such as ``Mock(spec=function)``, takes what the ``__call__`` of
    its class takes.

    Args:
        function: The callable.

    Returns:
        Its signature; that of a method is without ``self``.

    Raises:
        ValueError: Its signature cannot be read.
    """
    try:
        # Functions are shared by all instances of a class, so that many modules of one class are
        # inspected once.
        if type(function) is MethodType and type(function.__func__) is FunctionType:
            return _method_signature(function.__func__)
        return inspect.signature(function)
    except PERHAPS_CALLERS:
        raise
    except Exception as error:
        shown = _what_is_called(function)
        if shown is None:
            raise ValueError(str(error)) from error
        return inspect.signature(shown)


@functools.lru_cache(maxsize=1024)
def _method_signature(function: Any) -> inspect.Signature:
    return inspect.signature(function.__get__(object()))


def _what_is_called(function: Any) -> Any:
    """Find what has the signature of a callable that does not show its own.

    Returns:
        It, or `None` if there is nothing of the kind.
    """
    if type(function) is functools.partial:
        return functools.partial(_stand_in(function.func), *function.args, **function.keywords)
    if type(function) is MethodType:
        return MethodType(_stand_in(function.__func__), function.__self__)
    call = _attribute(type(function), "__call__")
    return MethodType(call, function) if type(call) is FunctionType else None


def _stand_in(function: Any) -> Any:
    """Make a function with the signature of another callable.

    Raises:
        ValueError: Its signature cannot be read.
    """

    def stand_in() -> None: ...

    stand_in.__signature__ = signature_of(function)  # type: ignore[attr-defined]
    return stand_in


def is_coroutine_function(function: Any) -> bool:
    """Whether calling it surely gives a coroutine; it looks through partials and ``__call__``.

    Args:
        function: The callable.
    """
    inner = _innermost(function)
    if type(inner) is FunctionType:
        return inspect.iscoroutinefunction(inner)  # also true of one that was marked as such
    return bool(_flags(inner) & _COROUTINE)


def is_generator_function(function: Any) -> bool:
    """Whether it contains ``yield``, so that calling it runs nothing of it.

    Args:
        function: The callable.
    """
    return bool(_flags(_innermost(function)) & _GENERATOR)


def _flags(function: Any) -> int:
    """Read the flags of the code that a call runs; 0 if it is not Python code."""
    # A mock for a coroutine function has flags as well.
    return _own_flags(function) or _own_flags(_attribute(type(function), "__call__"))


def _own_flags(function: Any) -> int:
    flags = _attribute(_attribute(function, "__code__"), "co_flags")
    return flags if isinstance(flags, int) else 0


def _innermost(function: Any) -> Any:
    """Look through partials and methods."""
    while True:
        if type(function) is functools.partial:
            function = function.func
        elif type(function) is MethodType:
            function = function.__func__
        else:
            return function


def callable_name(function: Any) -> str:
    """Name a callable as its author knows it.

    Args:
        function: The callable; a partial has the name of what it calls, and an object without a
            name that of its class.
    """
    function = _innermost(function)
    name = _attribute(function, "__qualname__")
    return name if isinstance(name, str) else type(function).__qualname__


def _attribute(value: Any, name: str) -> Any:
    """Read an attribute; it is `None` if there is none, or if reading it fails."""
    try:
        return getattr(value, name, None)
    except Exception:  # noqa: BLE001 -- the attributes of a proxy may raise anything
        return None

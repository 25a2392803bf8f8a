"""Functions that are marked with `hookimpl`: those of an object, and those of a class."""

from __future__ import annotations

import inspect
from operator import itemgetter
from types import FunctionType, GetSetDescriptorType, MethodType
from typing import TYPE_CHECKING, Any, Final

from hostkit.specs import IMPL_ATTRIBUTE

if TYPE_CHECKING:
    from collections.abc import Callable

_UNMARKED: Final = frozenset({str, type(None), dict, tuple, int, bool, GetSetDescriptorType})
"""Types of what stands in most classes, and cannot be marked."""

_WRAPPERS: Final = (staticmethod, classmethod, MethodType)


def find_marked(plugin: object) -> list[tuple[str, Callable[..., Any], dict[str, Any]]]:
    """Find the marked functions of an object, without running any of its properties.

    Returns:
        Name, function and the mark's options of each, by name.
    """
    found = []
    for name in dir(plugin):
        static = inspect.getattr_static(plugin, name, None)  # runs no code of the plugin
        if inspect.ismethod(static) and static.__self__ is plugin:
            continue  # kept in an attribute for later use; it is found where it is defined
        options = _options(static)
        if options is not None:
            found.append((name, getattr(plugin, name), options))
    return found


def marked_functions(cls: type) -> dict[str, object]:
    """Find the functions of a class that are marked with `hookimpl`, by name.

    Args:
        cls: The class; none of its code is run.
    """
    static: dict[str, object] = {}
    for each in reversed(cls.__mro__[:-1]):
        static |= vars(each)
    return {
        name: getattr(value, "__func__", value) if isinstance(value, _WRAPPERS) else value
        for name, value in sorted(static.items(), key=itemgetter(0))
        if type(value) not in _UNMARKED and _options(value) is not None
    }


def _options(static: object) -> dict[str, Any] | None:
    """Read the mark of a function, or of what wraps one."""
    # The mark may be below or above `@staticmethod` and `@classmethod`.
    holders = [static]
    if isinstance(static, _WRAPPERS):
        holders.append(static.__func__)
    for holder in holders:
        if type(holder) is FunctionType:  # by far the most; what follows takes longer
            options = vars(holder).get(IMPL_ATTRIBUTE)
        else:
            options = inspect.getattr_static(holder, IMPL_ATTRIBUTE, None)
        if isinstance(options, dict):
            return options
    return None

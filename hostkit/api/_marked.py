"""Find the methods of an object that are marked with `hookimpl`."""

from __future__ import annotations

import inspect
from types import MethodType
from typing import TYPE_CHECKING, Any

from hostkit.specs import IMPL_ATTRIBUTE

if TYPE_CHECKING:
    from collections.abc import Callable


def find_marked(plugin: object) -> list[tuple[str, Callable[..., Any], dict[str, Any]]]:
    """Find the marked functions of an object, without running any of its properties.

    Args:
        plugin: The object.

    Returns:
        Name, function and the mark's options of each, by name.
    """
    found = []
    for name in dir(plugin):
        static = inspect.getattr_static(plugin, name, None)
        if inspect.ismethod(static) and static.__self__ is plugin:
            continue  # kept in an attribute for later use; it is found where it is defined
        options = _options(static)
        if options is not None:
            found.append((name, getattr(plugin, name), options))
    return found


def _options(static: object) -> dict[str, Any] | None:
    """Read the mark of a function, or of what wraps one."""
    holders = [static]
    if isinstance(static, staticmethod | classmethod | MethodType):
        holders.append(static.__func__)
    for holder in holders:
        options = inspect.getattr_static(holder, IMPL_ATTRIBUTE, None)
        if isinstance(options, dict):
            return options
    return None

"""Whether a value is of the type that a hook is annotated with, as far as that can be seen."""

from __future__ import annotations

import types
import typing
from typing import Any, Literal, Union


def fits(value: Any, hint: Any) -> bool:
    """Find out whether a value may be of a type; what is inside of containers is not looked at.

    Args:
        value: The value.
        hint: The annotation, evaluated.
    """
    origin = typing.get_origin(hint)
    arguments = typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return any(fits(value, each) for each in arguments)
    if origin is Literal:
        return any(type(value) is type(each) and value == each for each in arguments)
    return _is_instance(value, hint if origin is None else origin)


def _is_instance(value: Any, hint: Any) -> bool:
    if typing.is_typeddict(hint):
        return isinstance(value, dict)
    if hint is float:
        return isinstance(value, float | int)
    if not isinstance(hint, type):
        return True  # such as a type variable
    try:
        return isinstance(value, hint)
    except TypeError:  # a Protocol that is for type checkers only
        return True

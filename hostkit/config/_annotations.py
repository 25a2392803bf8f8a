"""Resolve the annotations of a class: names of nested classes, and those that only checkers see."""

from __future__ import annotations

import dataclasses
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    NotRequired,
    Required,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import attrs

from hostkit.codes import Code
from hostkit.config._faults import Fault, StructureErrors

if TYPE_CHECKING:
    from collections.abc import Iterator

_owner: Final[ContextVar[type | None]] = ContextVar("_owner", default=None)


@contextmanager
def nested_in(owner: type) -> Iterator[None]:
    """Let annotations name what stands in a class as code in its body can.

    Args:
        owner: The class.
    """
    token = _owner.set(owner)
    try:
        yield
    finally:
        _owner.reset(token)


def resolve(cls: Any) -> None:
    """Replace the annotations of a class that are strings by what they name.

    Args:
        cls: An attrs class, dataclass, TypedDict or NamedTuple.

    Raises:
        StructureErrors: One of them names something that does not exist when the program runs.
    """
    names: dict[str, Any] = {}
    for owner in (_owner.get(), *_enclosing(cls)):
        names |= {} if owner is None else vars(owner)
    try:
        hints = get_type_hints(cls, localns=names, include_extras=True)
    except NameError as error:
        raise StructureErrors((_unknown_name(cls, error),)) from error
    if attrs.has(cls):
        attrs.resolve_types(cls, localns=names)
        for field in attrs.fields(cls):
            if field.name not in hints:  # `attr.ib()` alone
                object.__setattr__(field, "type", Any)
    elif dataclasses.is_dataclass(cls):
        for field in dataclasses.fields(cls):
            field.type = hints[field.name]
    else:
        # Those that `collections.namedtuple` makes have none.
        cls.__annotations__ = dict.fromkeys(getattr(cls, "_fields", ()), Any) | hints
        if is_typeddict(cls):
            # Python does not see these two in annotations that are strings.
            optional = {key for key, hint in hints.items() if get_origin(hint) is NotRequired}
            needed = {key for key, hint in hints.items() if get_origin(hint) is Required}
            cls.__required_keys__ = (cls.__required_keys__ - optional) | needed
            cls.__optional_keys__ = (cls.__optional_keys__ - needed) | optional


def _enclosing(cls: type) -> Iterator[type]:
    """Find the classes that a class stands in, and itself, as far as they have names."""
    found: Any = sys.modules.get(cls.__module__)
    for name in cls.__qualname__.split("."):
        found = getattr(found, name, None)
        if isinstance(found, type):
            yield found
    yield cls


def _unknown_name(cls: type, error: NameError) -> Fault:
    field = next(
        (name for name, text in _own_texts(cls) if error.name is not None and error.name in text),
        None,
    )
    where = f"the field {field!r} of {cls.__qualname__}" if field else cls.__qualname__
    return Fault(
        Code.UNSUPPORTED_TYPE,
        f"the annotation of {where} names {error.name!r}, which does not exist when this runs",
        hint=f"ask the module's author to import {error.name} not only under `if TYPE_CHECKING:`, "
        "or, if it is defined in a function, to define it at the top of the Python module",
    )


def _own_texts(cls: type) -> Iterator[tuple[str, str]]:
    for base in cls.__mro__:
        for name, annotation in vars(base).get("__annotations__", {}).items():
            yield name, str(annotation)

"""`View`: an object with attributes for what JSON can only describe."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any, NoReturn

from hostkit.specs import has_body
from hostkit.web.gateway._annotations import annotations_of
from hostkit.web.gateway._members import Members, Structure

if TYPE_CHECKING:
    from cattrs import Converter


class View:
    """What a JSON object has, as attributes that cannot be set."""

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{name!r} cannot be set: {self!r} is read-only")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{name!r} cannot be deleted: {self!r} is read-only")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} from JSON>"


def is_protocol(cls: Any) -> bool:
    """Whether a class says what others supply."""
    return isinstance(cls, type) and bool(vars(cls).get("_is_protocol", False))


def members_of(protocol: type) -> dict[str, Any]:
    """List the data members of a protocol, each with its annotation."""
    members: dict[str, Any] = {}
    for base in reversed(protocol.__mro__):
        if is_protocol(base):
            members |= annotations_of(base)
            for name, value in vars(base).items():
                if isinstance(value, property):
                    members[name] = annotations_of(value.fget).get("return", Any)
    return members


def structure_view(value: Any, _cls: Any) -> Any:
    """Make a view of an object, for a class that nothing is known about; leave other values."""
    return _show(View, value) if isinstance(value, Mapping) else value


def protocol_hook(protocol: type, converter: Converter) -> Structure:
    """Make what turns a JSON object into an object of a protocol.

    It has the members that were given, which must have the right types, and the protocol's own
    methods, as far as these have code.
    """
    hints = members_of(protocol)
    members = Members(hints, converter)
    view = _view_class(protocol, hints)
    return lambda value, _: _show(view, members.fill(value))


def _view_class(protocol: type, members: Mapping[str, Any]) -> type[View]:
    """Make a class whose properties come before what is in an object, however that is called."""
    namespace: dict[str, Any] = {name: _reader(name) for name in members}
    for name, function in inspect.getmembers(protocol, lambda each: isinstance(each, FunctionType)):
        if not name.startswith("__"):
            namespace[name] = property(function.__get__) if has_body(function) else _reader(name)
    return type(protocol.__name__, (View, protocol), namespace)


def _reader(name: str) -> property:
    def read(self: View) -> Any:
        try:
            return vars(self)[name]
        except KeyError:
            raise AttributeError(f"{self!r} came without {name!r}") from None

    return property(read)


def _show(view: type[View], members: Mapping[str, Any]) -> View:
    shown = object.__new__(view)
    vars(shown).update(members)
    return shown

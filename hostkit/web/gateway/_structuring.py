"""From JSON to values of an annotation, strictly: nothing is converted silently."""

from __future__ import annotations

import base64
import binascii
import inspect
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from types import FunctionType, SimpleNamespace
from typing import (
    TYPE_CHECKING,
    Any,
    NoReturn,
    NotRequired,
    Required,
    TypeAlias,
    final,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import attrs

from hostkit.codes import Code
from hostkit.config import Fault, StructureErrors, faults_of, strict_converter, wrong_type
from hostkit.frozen import freeze
from hostkit.specs import has_body
from hostkit.web.gateway._entries import has_tuple_keys, structure_entries

if TYPE_CHECKING:
    from cattrs import Converter

Structure: TypeAlias = Callable[[Any, Any], Any]
"""What cattrs calls a structure hook: takes a value and a type."""


def hook_for(hint: Any, converter: Converter) -> Structure:
    """Look up the structure hook of a type; without one, values are passed on unchanged."""
    try:
        return converter.get_structure_hook(hint)
    except Exception:  # noqa: BLE001 -- cattrs runs code of the class, which may raise anything
        return lambda value, _: value


@final
@attrs.frozen(slots=False)
class Members:
    """Structures the known members of an object; further ones are passed on unchanged.

    Attributes:
        hints: The annotation of each member.
        converter: Structures them.
    """

    hints: Mapping[str, Any]
    converter: Converter

    @cached_property
    def _hooks(self) -> dict[str, tuple[Structure, Any]]:
        # Looked up on first use, since a class can have members of its own type.
        return {name: (hook_for(hint, self.converter), hint) for name, hint in self.hints.items()}

    def fill(self, value: Any) -> dict[str, Any]:
        """Return a new dict with the members of an object, structured.

        Raises:
            StructureErrors: It is not an object, or members have the wrong type.
        """
        if not isinstance(value, Mapping):
            raise wrong_type(value, "a mapping")
        members = dict(value)
        faults: list[Fault] = []
        for name in self._hooks.keys() & members.keys():
            hook, hint = self._hooks[name]
            try:
                members[name] = hook(members[name], hint)
            except Exception as error:  # noqa: BLE001 -- a class may refuse in its own way
                faults += (fault.under(name) for fault in faults_of(error))
        if faults:
            raise StructureErrors(tuple(faults))
        return members


def make_converter() -> Converter:
    """Make the converter for arguments.

    It is as strict as the one for config files, and supports more types: a typed dict may have
    further keys; a mapping with tuples for keys is read from a list of entries, and a class with
    ``from_string`` from a string, as are bytes (base64), dates and times (ISO 8601); an object
    becomes a read-only object with attributes for a protocol, and for any class that cannot be
    structured otherwise.
    """
    converter: Converter = strict_converter(lambda cls: _other_hook(cls, converter))
    converter.register_structure_hook_factory(is_textual, _text_hook)
    converter.register_structure_hook_factory(has_tuple_keys, structure_entries)
    converter.register_structure_hook(bytes, _structure_base64)
    converter.register_structure_hook_func(lambda cls: cls in {date, datetime}, _structure_iso)
    return converter


def is_textual(cls: Any) -> bool:
    """Whether a class is read from a string, by its ``from_string``."""
    return isinstance(cls, type) and callable(getattr(cls, "from_string", None))


def is_collection(cls: Any) -> bool:
    """Whether an annotation is an abstract collection, for which a tuple is made."""
    return (get_origin(cls) or cls) in {Collection, Iterable}


def typed_dict_keys(typed_dict: Any) -> tuple[dict[str, Any], list[str]]:
    """List the keys of a typed dict, each with its annotation, and the required ones."""
    hints = annotations_of(typed_dict)
    # `__required_keys__` ignores `Required` and `NotRequired` in annotations that are strings.
    required = [
        name
        for name, hint in hints.items()
        if get_origin(hint) is Required
        or (get_origin(hint) is not NotRequired and name in typed_dict.__required_keys__)
    ]
    return {name: _bare(hint) for name, hint in hints.items()}, required


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) in {Required, NotRequired} else hint


def _other_hook(cls: Any, converter: Converter) -> Structure:
    if is_typeddict(cls):
        return _typed_dict_hook(cls, converter)
    if is_protocol(cls):
        return protocol_hook(cls, converter)
    if is_collection(cls):
        (item,) = get_args(cls) or (Any,)
        return converter.get_structure_hook(tuple[item, ...])  # type: ignore[valid-type]
    if isinstance(cls, type) and cls is not object:
        return structure_view
    return lambda value, _: value


def _typed_dict_hook(cls: Any, converter: Converter) -> Structure:
    hints, required = typed_dict_keys(cls)
    members = Members(hints, converter)

    def structure_typed_dict(value: Any, _cls: Any) -> dict[str, Any]:
        filled = members.fill(value)
        missing = [
            Fault(Code.MISSING_KEY, f"the key {key!r} is missing")
            for key in required
            if key not in filled
        ]
        if missing:
            raise StructureErrors(tuple(missing))
        return filled

    return structure_typed_dict


def _text_hook(cls: Any) -> Structure:
    def structure_text(value: Any, _cls: Any) -> Any:
        if not isinstance(value, str):
            raise wrong_type(value, "a string")
        return cls.from_string(value)

    return structure_text


def _structure_base64(value: Any, _cls: Any) -> bytes:
    if isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except (ValueError, binascii.Error):
            pass
    raise wrong_type(value, "a string in base64")


def _structure_iso(value: Any, cls: Any) -> Any:
    if isinstance(value, str):
        try:
            return cls.fromisoformat(value)
        except ValueError:
            pass
    raise wrong_type(value, "a date in ISO 8601" if cls is date else "a date and time in ISO 8601")


# Objects with attributes, for classes that cannot be made from JSON.


class View:
    """The members of a JSON object as attributes, which are read-only at any depth."""

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{name!r} cannot be set: {self!r} is read-only")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{name!r} cannot be deleted: {self!r} is read-only")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} from JSON>"


def is_protocol(cls: Any) -> bool:
    """Whether a class is a protocol itself, not only derived from one."""
    return isinstance(cls, type) and bool(vars(cls).get("_is_protocol", False))


def members_of(protocol: type) -> dict[str, Any]:
    """List the data members of a protocol, each with its annotation.

    A property that has code is computed from the others.
    """
    members: dict[str, Any] = {}
    for base in reversed(protocol.__mro__):
        if is_protocol(base):
            members |= annotations_of(base)
            for name, value in vars(base).items():
                if isinstance(value, property) and not _is_computed(value):
                    members[name] = annotations_of(value.fget).get("return", Any)
    return members


def _is_computed(member: property) -> bool:
    return member.fget is not None and has_body(member.fget)


def structure_view(value: Any, _cls: Any) -> Any:
    """Make a view of an object, for a class that cannot be structured; pass other values on."""
    return _show(View, value) if isinstance(value, Mapping) else value


def protocol_hook(protocol: type, converter: Converter) -> Structure:
    """Make the structure hook of a protocol.

    The object it returns has the members that were given, which must have the right types, and
    those methods and properties of the protocol that have code.
    """
    hints = members_of(protocol)
    members = Members(hints, converter)
    view = _view_class(protocol, hints)
    return lambda value, _: _show(view, members.fill(value))


def _view_class(protocol: type, members: Mapping[str, Any]) -> type[View]:
    """Make a class whose properties take precedence over members of the JSON object."""
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
    vars(shown).update((name, freeze(value)) for name, value in members.items())
    return shown


def annotations_of(annotated: Any, **known: Any) -> dict[str, Any]:
    """Resolve the annotations of a function or a class, one by one.

    Args:
        annotated: A function, or a class, of which only its own annotations are read.
        known: Names that may have been imported for type checkers only.

    Returns:
        The annotation of each name; `Any` where it cannot be resolved, such as names imported only
        for type checkers.
    """
    names = getattr(annotated, "__globals__", None) or vars(sys.modules[annotated.__module__])
    return {
        name: _resolve(annotation, {**known, **names})
        for name, annotation in getattr(annotated, "__annotations__", {}).items()
    }


def _resolve(annotation: Any, names: dict[str, Any]) -> Any:
    alone = SimpleNamespace(__annotations__={"it": annotation})
    try:
        return get_type_hints(alone, names, include_extras=True)["it"]
    except Exception:  # noqa: BLE001 -- evaluating a string may raise anything
        return Any

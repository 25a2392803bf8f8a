"""`schema_of`: the JSON Schema of an annotation, as it is read or as it is written."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Iterable, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    NewType,
    TypeAlias,
    Union,
    final,
    get_args,
    get_origin,
)
from typing import is_typeddict as is_typed_dict

import attrs

from hostkit.config import Bytes, Seconds
from hostkit.web.gateway._entries import KEY, MAPPINGS, VALUE, has_tuple_keys, key_form
from hostkit.web.gateway._structuring import (
    annotations_of,
    is_collection,
    is_protocol,
    is_textual,
    members_of,
    typed_dict_keys,
)

Schema: TypeAlias = dict[str, Any]

_STRING: Final = {"type": "string"}
_SCALARS: Final[dict[Any, Schema]] = {
    str: _STRING,
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    None: {"type": "null"},
    bytes: {"type": "string", "contentEncoding": "base64"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    Path: _STRING,
    Seconds: _STRING,
    Bytes: {"type": ["integer", "string"]},
}
# What is read from a string or a number with a unit is written as a number.
_WRITTEN: Final[dict[Any, Schema]] = {
    **_SCALARS,
    Seconds: _SCALARS[float],
    Bytes: _SCALARS[int],
}
_LISTS: Final = frozenset({list, tuple, set, frozenset, Sequence, MutableSequence, AbstractSet})
_UNIONS: Final = frozenset({Union, types.UnionType})


def schema_of(hint: Any, *, written: bool = False) -> Schema:
    """Describe the JSON of a value of this annotation.

    Args:
        hint: The annotation.
        written: Whether the JSON is made of a value, and not read as one. What is written has all
            fields of a class, and perhaps those of a subclass.
    """
    return _Writer(written).schema_of(hint, ())


@final
@attrs.frozen
class _Writer:
    """Describes annotations.

    In its methods, `above` are the classes being described, so that a recursive one is described
    only once.
    """

    written: bool

    def schema_of(self, hint: Any, above: tuple[Any, ...]) -> Schema:
        base = get_origin(hint) or hint
        scalars = _WRITTEN if self.written else _SCALARS
        if base is Annotated:
            return self.schema_of(get_args(hint)[0], above)
        if base in scalars:
            return scalars[base]
        if isinstance(base, NewType):
            return self.schema_of(base.__supertype__, above)
        if base in _UNIONS:
            return {"anyOf": [self.schema_of(member, above) for member in get_args(hint)]}
        return (
            self._choices(hint, base)
            or self._container(hint, base, above)
            or self._object_schema(base, above)
        )

    def _choices(self, hint: Any, base: Any) -> Schema | None:
        if is_textual(base) and not self.written:
            return _STRING
        if isinstance(base, type) and issubclass(base, Enum):
            choices = _plain(base)
            # A member without a form in JSON is never read, but it may be written.
            is_known = not self.written or len(choices) == len(base)
            return {"enum": choices} if is_known else None
        return {"enum": _plain(get_args(hint))} if base is Literal else None

    def _container(self, hint: Any, base: Any, above: tuple[Any, ...]) -> Schema | None:
        if base in _LISTS or is_collection(hint):
            return self._list_schema(hint, above)
        if has_tuple_keys(hint):
            return {"type": "array", "items": self._entry(hint, above)}
        if base in MAPPINGS:
            item = (*get_args(hint), Any, Any)[1]
            return {"type": "object", "additionalProperties": self.schema_of(item, above)}
        return None

    def _entry(self, hint: Any, above: tuple[Any, ...]) -> Schema:
        """Describe an entry of a mapping with tuples for keys."""
        key, value = get_args(hint)
        parts = {KEY: key_form(key), VALUE: value}
        return {
            "type": "object",
            "properties": {name: self.schema_of(part, above) for name, part in parts.items()},
            "required": [KEY, VALUE],
            "additionalProperties": False,
        }

    def _list_schema(self, hint: Any, above: tuple[Any, ...]) -> Schema:
        members = get_args(hint)
        if get_origin(hint) is tuple and members[-1:] != (...,):
            count = len(members)
            items = [self.schema_of(member, above) for member in members]
            return {"type": "array", "prefixItems": items, "minItems": count, "maxItems": count}
        return {"type": "array", "items": self.schema_of((*members, Any)[0], above)}

    def _object_schema(self, cls: Any, above: tuple[Any, ...]) -> Schema:
        read = next((read for is_kind, read in _KINDS if is_kind(cls)), None)
        if read is None or (self.written and is_protocol(cls)):
            return {}
        if cls in above:
            return {"type": "object"}
        hints, required, is_open = read(cls)
        if self.written and not is_typed_dict(cls):
            hints = {_attribute(cls, name): hint for name, hint in hints.items()}
            required, is_open = list(hints), True
        properties = {name: self.schema_of(hint, (*above, cls)) for name, hint in hints.items()}
        schema: Schema = {"type": "object", "title": cls.__name__, "properties": properties}
        if required:
            schema["required"] = required
        return schema if is_open else {**schema, "additionalProperties": False}


def _attribute(cls: Any, argument: str) -> str:
    """Name the attribute that an argument of an attrs class is for."""
    fields = attrs.fields(cls) if attrs.has(cls) else ()
    names: dict[str, str] = {field.alias or field.name: field.name for field in fields}
    return names.get(argument, argument)


def _plain(choices: Iterable[Any]) -> list[Any]:
    """List the values of choices; without those that have no form in JSON."""
    values = [choice.value if isinstance(choice, Enum) else choice for choice in choices]
    return [value for value in values if value is None or isinstance(value, str | int | float)]


_Read: TypeAlias = Callable[[Any], tuple[dict[str, Any], list[str], bool]]


def _read_attrs(cls: Any) -> tuple[dict[str, Any], list[str], bool]:
    fields = [field for field in attrs.fields(cls) if field.init]
    hints = _hints_of_bases(cls)
    return (
        {field.alias or field.name: hints.get(field.name, Any) for field in fields},
        [field.alias or field.name for field in fields if field.default is attrs.NOTHING],
        False,
    )


def _read_dataclass(cls: Any) -> tuple[dict[str, Any], list[str], bool]:
    fields = [field for field in dataclasses.fields(cls) if field.init]
    hints = _hints_of_bases(cls)
    missing = dataclasses.MISSING
    return (
        {field.name: hints.get(field.name, Any) for field in fields},
        [field.name for field in fields if field.default is field.default_factory is missing],
        False,
    )


def _read_typed_dict(cls: Any) -> tuple[dict[str, Any], list[str], bool]:
    return *typed_dict_keys(cls), True


def _read_protocol(cls: Any) -> tuple[dict[str, Any], list[str], bool]:
    return members_of(cls), [], True


def _hints_of_bases(cls: type) -> dict[str, Any]:
    hints: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        hints |= annotations_of(base)
    return hints


_KINDS: Final[tuple[tuple[Callable[[Any], bool], _Read], ...]] = (
    (attrs.has, _read_attrs),
    (dataclasses.is_dataclass, _read_dataclass),
    (is_typed_dict, _read_typed_dict),
    (is_protocol, _read_protocol),
)

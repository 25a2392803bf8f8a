"""`schema_of`: the JSON Schema of an annotation."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Iterable, Mapping, MutableMapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NewType, TypeAlias, Union, get_args, get_origin
from typing import is_typeddict as is_typed_dict

import attrs

from hostkit.config import Bytes, Seconds
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
_LISTS: Final = frozenset({list, tuple, set, frozenset, Sequence, MutableSequence, AbstractSet})
_MAPPINGS: Final = frozenset({dict, Mapping, MutableMapping})
_UNIONS: Final = frozenset({Union, types.UnionType})


def schema_of(hint: Any, above: tuple[Any, ...] = ()) -> Schema:
    """Describe the JSON that a value of this annotation is read from.

    Args:
        hint: The annotation.
        above: The classes being described, so that a recursive one is described only once.
    """
    base = get_origin(hint) or hint
    if base is Annotated:
        return schema_of(get_args(hint)[0], above)
    if base in _SCALARS:
        return _SCALARS[base]
    if isinstance(base, NewType):
        return schema_of(base.__supertype__, above)
    if base in _UNIONS:
        return {"anyOf": [schema_of(member, above) for member in get_args(hint)]}
    return _choices(hint, base) or _container(hint, base, above) or _object_schema(base, above)


def _choices(hint: Any, base: Any) -> Schema | None:
    if is_textual(base):
        return _STRING
    if isinstance(base, type) and issubclass(base, Enum):
        return {"enum": _plain(base)}
    return {"enum": _plain(get_args(hint))} if base is Literal else None


def _container(hint: Any, base: Any, above: tuple[Any, ...]) -> Schema | None:
    if base in _LISTS or is_collection(hint):
        return _list_schema(hint, above)
    if base in _MAPPINGS:
        item = (*get_args(hint), Any, Any)[1]
        return {"type": "object", "additionalProperties": schema_of(item, above)}
    return None


def _plain(choices: Iterable[Any]) -> list[Any]:
    """List the values of choices; without those that have no form in JSON."""
    values = [choice.value if isinstance(choice, Enum) else choice for choice in choices]
    return [value for value in values if value is None or isinstance(value, str | int | float)]


def _list_schema(hint: Any, above: tuple[Any, ...]) -> Schema:
    members = get_args(hint)
    if get_origin(hint) is tuple and members[-1:] != (...,):
        count = len(members)
        items = [schema_of(member, above) for member in members]
        return {"type": "array", "prefixItems": items, "minItems": count, "maxItems": count}
    return {"type": "array", "items": schema_of((*members, Any)[0], above)}


def _object_schema(cls: Any, above: tuple[Any, ...]) -> Schema:
    read = next((read for is_kind, read in _KINDS if is_kind(cls)), None)
    if read is None:
        return {}
    if cls in above:
        return {"type": "object"}
    hints, required, is_open = read(cls)
    properties = {name: schema_of(hint, (*above, cls)) for name, hint in hints.items()}
    schema: Schema = {"type": "object", "title": cls.__name__, "properties": properties}
    if required:
        schema["required"] = required
    return schema if is_open else {**schema, "additionalProperties": False}


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

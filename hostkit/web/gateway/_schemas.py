"""`schema_of`: the JSON Schema of an annotation, as it is read or as it is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final, TypeAlias, final, get_args
from typing import is_typeddict as is_typed_dict

import attrs

from hostkit.config import Bytes, Seconds
from hostkit.config.schemas import Describe, Schema, Shape, write_schema
from hostkit.web.gateway._entries import KEY, VALUE, has_tuple_keys, key_form
from hostkit.web.gateway._structuring import (
    annotations_of,
    is_collection,
    is_protocol,
    is_textual,
    members_of,
    typed_dict_keys,
)

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


def schema_of(hint: Any, *, written: bool = False) -> Schema:
    """Describe the JSON of a value of this annotation.

    Args:
        hint: The annotation.
        written: Whether the JSON is made of a value, and not read as one. What is written has all
            fields of a class, and perhaps those of a subclass.
    """
    return write_schema(hint, _Written() if written else _Read())


class _Json:
    """What JSON that is read and JSON that is written have in common."""

    def choices(self, values: Sequence[Any]) -> Schema:
        return {"enum": _plain(values)}

    def special(self, hint: Any, describe: Describe) -> Schema | None:
        if is_collection(hint):
            return describe(Sequence[(*get_args(hint), Any)[0]])  # type: ignore[misc]
        if not has_tuple_keys(hint):
            return None
        key, value = get_args(hint)
        parts = {KEY: key_form(key), VALUE: value}
        entry = {
            "type": "object",
            "properties": {name: describe(part) for name, part in parts.items()},
            "required": [KEY, VALUE],
            "additionalProperties": False,
        }
        return {"type": "array", "items": entry}


@final
class _Read(_Json):
    """JSON of which values are made."""

    scalars: Mapping[Any, Schema] = _SCALARS

    def special(self, hint: Any, describe: Describe) -> Schema | None:
        return _STRING if is_textual(hint) else super().special(hint, describe)

    def shape_of(self, cls: Any) -> Shape | None:
        return _shape_of(cls)


@final
class _Written(_Json):
    """JSON that is made of values."""

    scalars: Mapping[Any, Schema] = _WRITTEN

    def special(self, hint: Any, describe: Describe) -> Schema | None:
        is_enum = isinstance(hint, type) and issubclass(hint, Enum)
        # A member without a form in JSON is never read, but it may be written.
        if is_enum and len(_plain(hint)) < len(hint):
            return {}
        return super().special(hint, describe)

    def shape_of(self, cls: Any) -> Shape | None:
        shape = None if is_protocol(cls) else _shape_of(cls)
        if shape is None or is_typed_dict(cls):
            return shape
        hints = {_attribute(cls, name): hint for name, hint in shape.hints.items()}
        return Shape(hints, list(hints), is_open=True)


def _shape_of(cls: Any) -> Shape | None:
    read = next((read for is_kind, read in _KINDS if is_kind(cls)), None)
    return None if read is None else Shape(*read(cls))


def _attribute(cls: Any, argument: str) -> str:
    """Name the attribute that an argument of an attrs class is for."""
    fields = attrs.fields(cls) if attrs.has(cls) else ()
    names: dict[str, str] = {field.alias or field.name: field.name for field in fields}
    return names.get(argument, argument)


def _plain(choices: Iterable[Any]) -> list[Any]:
    """List the values of choices; without those that have no form in JSON."""
    values = [choice.value if isinstance(choice, Enum) else choice for choice in choices]
    return [value for value in values if value is None or isinstance(value, str | int | float)]


_ReadClass: TypeAlias = Callable[[Any], tuple[dict[str, Any], list[str], bool]]


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


_KINDS: Final[tuple[tuple[Callable[[Any], bool], _ReadClass], ...]] = (
    (attrs.has, _read_attrs),
    (dataclasses.is_dataclass, _read_dataclass),
    (is_typed_dict, _read_typed_dict),
    (is_protocol, _read_protocol),
)

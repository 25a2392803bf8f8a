"""How single values stand in a config file, as an editor reads it: by YAML 1.1 or by YAML 1.2.

hostkit takes what either version reads as the value that a field asks for, so each schema has the
values of one and the strings that the other makes of them. A quoted string looks like a
plain one there: that is left to `hostkit validate`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from hostkit.config._readings import BOOLS, core, is_number
from hostkit.config._scalars import Bytes, Seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hostkit.config.schemas._writer import Schema

_DIGITS: Final = r"0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*"
_INTEGER: Final = rf"^[-+]?({_DIGITS})$"
_NUMBER: Final = (
    rf"^\s*[-+]?({_DIGITS}|([0-9][0-9_]*\.?[0-9_]*|\.[0-9_]+)([eE][-+]?[0-9]+)?"
    r"|\.(inf|Inf|INF)|\.(nan|NaN|NAN))\s*$"
)
_ADDRESS: Final = r"^\s*[0-9]+(\.[0-9]+){3}(/[0-9.]+)?\s*$"

# A lower-case word is rather a mistake than the name of a variable, where no string is asked for.
_SHORT_FORM: Final = r"^[A-Z_][A-Z0-9_]*$|[$/]"
_LONG_FORM: Final = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "The environment variable, or the file."},
        "default": {"description": "What counts if there is none."},
        "secret": {"description": "Whether messages must not show the value."},
    },
    "required": ["name"],
    "additionalProperties": False,
}


def _plain(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


def _either(*schemas: Schema) -> Schema:
    """Describe a value that is not a string; as any, it can stand elsewhere."""
    return {"anyOf": [*schemas, {"$ref": "#/$defs/elsewhere"}]}


_TRUE_OR_FALSE: Final = {"type": "boolean"}
_WHOLE: Final = {"type": "integer"}
_ANY_NUMBER: Final = {"type": "number"}
_DURATION: Final = _either(_plain(r"^[0-9]{1,15}(\.[0-9]{1,9})?(ms|s|m|h|d)$"))
_IPV4: Final = _either(_plain(_ADDRESS))
# Without `::` YAML 1.1 may read a number, as of hours, minutes and seconds.
_IPV6: Final = _either(_plain(":"), _ANY_NUMBER)
_DATE: Final = _either(_plain(r"^[0-9]{4}-?[0-9W]"))

DEFINITIONS: Final[dict[str, Schema]] = {
    "elsewhere": {
        "anyOf": [_plain(_SHORT_FORM), {"$ref": "#/$defs/long_form"}],
        "description": "A value from outside: !env NAME, or !file PATH.",
    },
    "long_form": _LONG_FORM,
    "string": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/long_form"}]},
    "boolean": _either(_TRUE_OR_FALSE, {"enum": list(BOOLS)}),
    "integer": _either(_WHOLE, _plain(_INTEGER)),
    "number": _either(_ANY_NUMBER, _plain(_NUMBER)),
    "duration": {**_DURATION, "examples": ["200ms", "5s", "1.5m", "1h", "1d"]},
    "size": {
        **_either(
            {"type": "integer", "minimum": 0},
            _plain(r"^\+?[0-9]{1,15}[KMG]?$"),
            _plain(rf"^\+?({_DIGITS})$"),
        ),
        "examples": ["512", "64K", "10M", "1G"],
    },
    "date": {**_DATE, "examples": ["2026-01-31"]},
    "datetime": {**_DATE, "examples": ["2026-01-31 12:00:00"]},
    # What YAML 1.1 reads as a number of minutes or seconds.
    "time": {**_either(_plain(":"), _ANY_NUMBER), "examples": ["08:30", "23:59:59"]},
    "ipv4": {**_IPV4, "examples": ["192.0.2.1", "192.0.2.0/24"]},
    "ipv6": {**_IPV6, "examples": ["2001:db8::1", "2001:db8::/32"]},
    "uuid": _either(_plain(r"^(urn:|uuid:|[-_{}0-9a-fA-F])+$"), _ANY_NUMBER),
}
"""The schemas that others refer to, by name."""


def _named(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


SCALARS: Final[dict[Any, Schema]] = {
    str: _named("string"),
    int: _named("integer"),
    float: _named("number"),
    bool: _named("boolean"),
    type(None): {"type": "null"},
    None: {"type": "null"},
    bytes: {"type": "string", "contentEncoding": "base64"},
    date: _named("date"),
    datetime: _named("datetime"),
    time: _named("time"),
    timedelta: _named("duration"),
    Seconds: _named("duration"),
    Bytes: _named("size"),
    Decimal: _named("number"),
    Path: _named("string"),
    re.Pattern: _named("string"),
    UUID: _named("uuid"),
    **dict.fromkeys((IPv4Address, IPv4Network, IPv4Interface), _named("ipv4")),
    **dict.fromkeys((IPv6Address, IPv6Network, IPv6Interface), _named("ipv6")),
}
"""The schemas of single values, by type."""


def choices_schema(values: Sequence[Any]) -> Schema:
    """Describe a choice among values.

    Args:
        values: What may be written.
    """
    # What is no number and no string to one version of YAML may be one to the other.
    others = [core(each) for each in values if isinstance(each, str) and is_number(core(each))]
    schemas: list[Schema] = [{"enum": [*filter(_is_plain, values), *others]}]
    if any(isinstance(each, bool) for each in values):
        schemas.append({"enum": [word for word, value in BOOLS.items() if value in values]})
    if any(is_number(each) for each in values):
        schemas.append(_plain(_NUMBER))
    return _either(*schemas)


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def loosened(schema: Any) -> Any:
    """Let a schema that describes JSON take what YAML makes of it in either version.

    Args:
        schema: The schema, of which a copy is made.
    """
    if isinstance(schema, list):
        return [loosened(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    copied = {key: loosened(value) for key, value in schema.items() if key not in _LEFT_OUT}
    copied |= {key: schema[key] for key in _VERBATIM & schema.keys()}
    kind = "formatted" if "format" in schema else str(schema.get("type"))
    forms = _FORMS.get(kind)
    return copied if forms is None else {"anyOf": [copied, *forms, _named("elsewhere")]}


_VERBATIM: Final = frozenset({"default", "examples", "enum", "const"})
# Dates and times may be written otherwise, also as numbers.
_LEFT_OUT: Final = _VERBATIM | {"format"}
_FORMS: Final[dict[str, list[Schema]]] = {
    "boolean": [{"enum": list(BOOLS)}],
    "integer": [_plain(_INTEGER)],
    "number": [_plain(_NUMBER)],
    "string": [],
    "formatted": [_ANY_NUMBER],
}

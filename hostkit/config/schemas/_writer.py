"""`write_schema`: the JSON Schema of an annotation; a dialect knows single values and classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    NewType,
    NotRequired,
    Protocol,
    Required,
    TypeAlias,
    final,
    get_args,
    get_origin,
)

import attrs

from hostkit.config._containers import LISTS, MAPPINGS, UNIONS

Schema: TypeAlias = dict[str, Any]
"""A JSON Schema, as Python values."""

Describe: TypeAlias = Callable[[Any], Schema]
"""Describes an annotation within another one."""

_WRAPPERS: Final = frozenset({Annotated, Required, NotRequired})


@final
@attrs.frozen
class Shape:
    """How a class is written as an object.

    Attributes:
        hints: The annotation of each key.
        required: The keys that must not be left out.
        is_open: Whether there may be further keys.
        notes: What else a schema says about some keys, such as a description.
        doc: What the class is for.
    """

    hints: Mapping[str, Any]
    required: Sequence[str]
    is_open: bool = False
    notes: Mapping[str, Schema] = attrs.field(factory=dict)
    doc: str | None = None


class Dialect(Protocol):
    """How values are written."""

    @property
    def scalars(self) -> Mapping[Any, Schema]:
        """The schemas of types whose values are a single thing."""

    def special(self, hint: Any, describe: Describe) -> Schema | None:
        """Describe a type that only this dialect knows, or knows better; `None` for any other."""

    def choices(self, values: Sequence[Any]) -> Schema:
        """Describe a choice among values: a `Literal`, or the values of an enum."""

    def shape_of(self, cls: Any) -> Shape | None:
        """Say how a class is written; `None` if it may be anything."""


def write_schema(hint: Any, dialect: Dialect) -> Schema:
    """Describe how a value of a type is written.

    Args:
        hint: The annotation.
        dialect: How values are written.
    """
    return _Writer(dialect).schema_of(hint, ())


@final
@attrs.frozen
class _Writer:
    """Describes annotations.

    In its methods, `above` are the classes being described, so that a recursive one is described
    only once.
    """

    dialect: Dialect

    def schema_of(self, hint: Any, above: tuple[Any, ...]) -> Schema:
        base = get_origin(hint) or hint
        scalars = self.dialect.scalars
        if base in _WRAPPERS:
            return self.schema_of(get_args(hint)[0], above)
        if base in scalars:
            return scalars[base]
        if isinstance(base, NewType):
            return self.schema_of(base.__supertype__, above)
        if base in UNIONS:
            return {"anyOf": [self.schema_of(member, above) for member in get_args(hint)]}
        special = self.dialect.special(hint, lambda inner: self.schema_of(inner, above))
        if special is not None:
            return special
        return self._choices(hint, base) or self._container(hint, base, above)

    def _choices(self, hint: Any, base: Any) -> Schema | None:
        if isinstance(base, type) and issubclass(base, Enum):
            return self.dialect.choices([member.value for member in base])
        if base is Literal:
            plain = [each.value if isinstance(each, Enum) else each for each in get_args(hint)]
            return self.dialect.choices(plain)
        return None

    def _container(self, hint: Any, base: Any, above: tuple[Any, ...]) -> Schema:
        if base in LISTS:
            return self._list_schema(hint, above)
        if base in MAPPINGS:
            item = (*get_args(hint), Any, Any)[1]
            return {"type": "object", "additionalProperties": self.schema_of(item, above)}
        return self._object_schema(base, above)

    def _list_schema(self, hint: Any, above: tuple[Any, ...]) -> Schema:
        members = get_args(hint)
        if get_origin(hint) is tuple and members[-1:] != (...,):
            count = len(members)
            items = [self.schema_of(member, above) for member in members]
            return {"type": "array", "prefixItems": items, "minItems": count, "maxItems": count}
        return {"type": "array", "items": self.schema_of((*members, Any)[0], above)}

    def _object_schema(self, cls: Any, above: tuple[Any, ...]) -> Schema:
        shape = self.dialect.shape_of(cls)
        if shape is None:
            return {}
        if cls in above:
            return {"type": "object"}
        within = (*above, cls)
        properties = {
            name: {**self.schema_of(hint, within), **shape.notes.get(name, {})}
            for name, hint in shape.hints.items()
        }
        schema: Schema = {"type": "object", "title": cls.__name__, "properties": properties}
        if shape.doc is not None:
            schema["description"] = shape.doc
        if shape.required:
            schema["required"] = list(shape.required)
        return schema if shape.is_open else {**schema, "additionalProperties": False}

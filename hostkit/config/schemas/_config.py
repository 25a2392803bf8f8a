"""`config_schema`: what may stand below ``config:`` of a module, by its class."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import sys
from typing import TYPE_CHECKING, Any, Final, final

import attrs

from hostkit.config._annotations import nested_in, resolve
from hostkit.config._classes import is_class
from hostkit.config._converter import can_fill, structure
from hostkit.config._faults import StructureErrors
from hostkit.config._fields import default_keys, settings_of, written_keys
from hostkit.config._validating import is_pydantic, is_validating
from hostkit.config.schemas._docs import doc_of, notes_of
from hostkit.config.schemas._values import SCALARS, choices_schema, loosened
from hostkit.config.schemas._writer import Describe, Schema, Shape, write_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OPEN: Final[Schema] = {}
"""The schema of what may be anything."""

_ODD: Final = re.compile(r"[^\w.]")


@final
@attrs.frozen
class FileDialect:
    """How values stand in a config file.

    Attributes:
        definitions: Schemas that others refer to, by name; those of libraries are added.
    """

    definitions: dict[str, Schema]
    scalars: Mapping[Any, Schema] = SCALARS

    def special(self, hint: Any, describe: Describe) -> Schema | None:  # noqa: ARG002
        """Describe a class that checks its values by itself."""
        if not is_validating(hint):
            return None
        try:
            write = self._write_model if is_pydantic(hint) else self._write_struct
            return write(hint)
        except Exception:  # noqa: BLE001 -- the library cannot describe it, so it may be anything
            return OPEN

    def choices(self, values: Sequence[Any]) -> Schema:
        """Describe a choice among values."""
        return choices_schema(values)

    def shape_of(self, cls: Any) -> Shape | None:
        """Say how a class is written; `None` if it may be anything."""
        if not is_class(cls):
            return None
        resolve(cls)
        nulls = set[str]()
        if attrs.has(cls):
            nulls = {key for key, (_, each) in settings_of(cls).items() if each.null_is_default}
            types: dict[str, Any] = {field.name: field.type for field in attrs.fields(cls)}
        elif dataclasses.is_dataclass(cls):
            types = {field.name: field.type for field in dataclasses.fields(cls)}
        else:
            types = dict(cls.__annotations__)
        keys = written_keys(cls)
        hints = {key: types.get(name, Any) for name, key in keys.items()}
        hints |= {key: hints[key] | None for key in nulls if hints[key] is not Any}
        optional = default_keys(cls)
        required = [key for key in hints if key not in optional]
        return Shape(hints, required, notes=notes_of(cls, hints), doc=doc_of(cls))

    def _write_model(self, cls: Any) -> Schema:
        schema = cls.model_json_schema(ref_template=f"#/$defs/{_name(cls)}.{{model}}")
        self._keep(cls, schema.pop("$defs", {}))
        is_open = cls.model_config.get("extra", "forbid") != "forbid"
        closed: Schema = {} if is_open else {"additionalProperties": False}
        return {**loosened(schema), **closed} if "properties" in schema else loosened(schema)

    def _write_struct(self, cls: Any) -> Schema:
        template = f"#/$defs/{_name(cls)}.{{name}}"
        json = sys.modules["msgspec"].json
        (schema,), components = json.schema_components([cls], ref_template=template)
        self._keep(cls, components)
        name = schema["$ref"].removeprefix(f"#/$defs/{_name(cls)}.")
        return {**loosened(components[name]), "additionalProperties": False}

    def _keep(self, cls: Any, definitions: dict[str, Any]) -> None:
        for name, schema in definitions.items():
            self.definitions[f"{_name(cls)}.{name}"] = loosened(schema)


def _name(cls: Any) -> str:
    return _ODD.sub("_", f"{cls.__module__}.{cls.__qualname__}")


def config_schema(module_class: type, dialect: FileDialect) -> Schema:
    """Describe what a module accepts, as part of the schema of its entry.

    Args:
        module_class: The module's class.
        dialect: How values are written; definitions are added to it.

    Returns:
        The schema of the entry; `OPEN` if the module's config is its own affair.

    Raises:
        StructureErrors: The class has a `Config` that cannot be filled.
    """
    config: Any = getattr(module_class, "Config", None)
    if hasattr(module_class, "parse_config") or not can_fill(config):
        return OPEN
    with nested_in(module_class):
        schema = write_schema(config, dialect)
        described = {"description": doc_of(module_class) or module_class.__name__, **schema}
        with contextlib.suppress(StructureErrors):
            structure({}, config)
            return {"properties": {"config": {"anyOf": [described, {"type": "null"}]}}}
        return {"properties": {"config": described}, "required": ["config"]}

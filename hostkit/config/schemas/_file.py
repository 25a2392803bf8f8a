"""`file_schema`: what may stand in a config file that lists certain modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hostkit.config._entries import ModuleEntry
from hostkit.config._faults import StructureErrors
from hostkit.config._readings import BOOLS
from hostkit.config._settings import Settings
from hostkit.config.schemas._config import OPEN, FileDialect, config_schema
from hostkit.config.schemas._values import DEFINITIONS
from hostkit.config.schemas._writer import Schema, write_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_ENABLED: Final = [True, *(word for word, value in BOOLS.items() if value)]


def file_schema(modules: Mapping[str, type], offered: Iterable[str]) -> Schema:
    """Describe a config file.

    Args:
        modules: The classes of the modules in it, by what stands under ``module:``.
        offered: The names of installed modules.
    """
    dialect = FileDialect(dict(DEFINITIONS))
    entry = write_schema(ModuleEntry, dialect)
    entry["properties"]["module"] = {
        **entry["properties"]["module"],
        "anyOf": [{"type": "string", "minLength": 1}, {"$ref": "#/$defs/long_form"}],
        "examples": sorted({*offered, *modules}),
    }
    conditions = [_condition(name, cls, dialect) for name, cls in modules.items()]
    known = [each for each in conditions if each is not None]
    if known:
        entry["allOf"] = known
    settings = write_schema(Settings, dialect)
    return {
        "$schema": _DRAFT,
        "title": "A hostkit config file",
        "type": "object",
        "properties": {
            "modules": {
                "description": "The modules, in the order in which they are asked.",
                "anyOf": [{"type": "array", "items": entry}, {"type": "null"}],
            },
            "hostkit": {
                "description": "The settings of the host.",
                "anyOf": [settings, {"type": "null"}],
            },
        },
        "$defs": dialect.definitions,
    }


def _condition(name: str, cls: type, dialect: FileDialect) -> Schema | None:
    """Describe the config of one module, wherever it is listed; if disabled it is not looked at."""
    try:
        then = config_schema(cls, dialect)
    except StructureErrors:  # `hostkit validate` reports that the class is unusable
        return None
    if then == OPEN:
        return None
    chosen: dict[str, Any] = {"module": {"const": name}, "enabled": {"enum": _ENABLED}}
    return {"if": {"properties": chosen, "required": ["module"]}, "then": then}

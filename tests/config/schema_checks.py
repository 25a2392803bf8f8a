"""The schema of a file with all of the test modules, and what does not fit it."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator

from hostkit.config.schemas import file_schema
from tests.config import schema_modules
from tests.config.editors import Older, read

HERE = "tests.config.schema_modules"
CLASSES: dict[str, type] = {
    f"{HERE}.{cls.__name__}": cls
    for cls in vars(schema_modules).values()
    if isinstance(cls, type) and issubclass(cls, schema_modules.Base)
}
SCHEMA = file_schema(CLASSES, ["offered", "other:offered"])
CHECK = Draft202012Validator(SCHEMA)


def errors_of(text: str, loader: Any = Older) -> list[str]:
    return [f"{each.json_path}: {each.message}" for each in CHECK.iter_errors(read(text, loader))]


def entry(name: str, config: str) -> str:
    return f"modules:\n- module: {HERE}.{name}\n  config: {config}\n"

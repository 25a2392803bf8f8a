"""The schemas of what commands write as JSON, and comparing it with them."""

from __future__ import annotations

import json
from typing import Any, Final

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.cli.servers import ROOT

SCHEMAS: Final[dict[str, Any]] = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in (ROOT / "docs" / "schemas").glob("*.json")
}
"""All schemas, by the names of their files."""

_REGISTRY: Final[Registry[Any]] = Registry().with_resources(
    [(schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values()]
)


def validator(name: str) -> Draft202012Validator:
    """Make what compares values with a schema."""
    return Draft202012Validator(SCHEMAS[name], registry=_REGISTRY)


def read(text: str, name: str) -> Any:
    """Read what a command has written, which its schema describes."""
    document = json.loads(text)
    validator(name).validate(document)
    return document

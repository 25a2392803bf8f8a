"""What commands write as JSON is described by the schemas in ``docs/schemas``."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import pytest
from jsonschema import Draft202012Validator

from tests.cli.documents import SCHEMAS, validator
from tests.cli.golden_cases import APART, CASES, LIVE
from tests.cli.goldens import path_of
from tests.cli.servers import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED: Final = {
    "enable": "switch",
    "disable": "switch",
    "shadow": "switch",
    "db status": "db_status",
    "db migrate": "db_migrate",
}
"""The schemas of commands that are not named as these are."""

_PLACEHOLDERS: Final = (("SECONDS", "0.001"), ("PID", "4711"), ('"SHA256"', f'"{"0" * 64}"'))


def written() -> Iterator[tuple[str, str]]:
    """Yield each golden file that is JSON, with its schema."""
    for case, command in {**CASES, **APART, **LIVE}.items():
        if found := re.search(r"--format (json|sarif)", command):
            words = command.split()
            name = " ".join(words[:2]) if words[0] == "db" else words[0]
            yield case, "sarif" if found[1] == "sarif" else SHARED.get(name, name)


def read(case: str) -> list[Any]:
    """Read what was written to standard output: one value, or one on each line."""
    text = path_of(case).read_text("utf-8").partition("\n")[2].partition("--- ")[0]
    for placeholder, value in _PLACEHOLDERS:
        text = text.replace(placeholder, value)
    lines = text.splitlines() if text.startswith('{"') else [text]
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize(("case", "name"), [*written()])
def test_what_is_written_is_described(case: str, name: str) -> None:
    """With its version, and nothing that the schema does not name."""
    documents = read(case)
    assert documents != []
    for document in documents:
        validator(name).validate(document)
        assert document["version"] == ("2.1.0" if name == "sarif" else 1)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_leaves_nothing_open(name: str) -> None:
    """Each is right, and every object in it says what it may have."""
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert list(open_objects(SCHEMAS[name], name)) == []


def open_objects(schema: Any, path: str) -> Iterator[str]:
    """Yield where an object may have anything, without saying what that is."""
    if isinstance(schema, dict):
        is_object = "object" in schema.get("type", [])
        if is_object and "additionalProperties" not in schema and "description" not in schema:
            yield path
        for key, value in schema.items():
            yield from open_objects(value, f"{path}/{key}")
    if isinstance(schema, list):
        for number, value in enumerate(schema):
            yield from open_objects(value, f"{path}/{number}")


def test_each_schema_is_that_of_a_command() -> None:
    """And each command that can write JSON has one, and is run with it."""
    helps = {case.removeprefix("help_") for case in CASES if case.startswith("help_")}
    writers = {
        SHARED.get(name, name)
        for name in helps
        if re.search(r"--format \[.*json", path_of(f"help_{name}").read_text("utf-8"))
    }
    described = {name for _, name in written()}
    assert described == set(SCHEMAS) == writers | {"sarif"}


def test_what_is_not_described_is_found() -> None:
    """A key more or less in the objects of all commands, so that the tests above mean something."""
    for case, name in written():
        document = read(case)[0]
        for wrong in ({**document, "more": 1}, dict(list(document.items())[1:])):
            assert not validator(name).is_valid(wrong), case


def test_the_documentation_names_each_schema() -> None:
    """In the page about the command, with the command that it is for."""
    page = (ROOT / "docs" / "command.md").read_text("utf-8").partition("\n## JSON\n")[2]
    assert set(re.findall(r"`(\w+)\.json`", page)) == set(SCHEMAS)

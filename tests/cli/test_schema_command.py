"""`hostkit schema`: what an editor needs to complete and check a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from hostkit.loading import MODULES
from tests.cli.conftest import Write, run
from tests.loading.conftest import lonely_site, site  # noqa: F401 -- fixtures

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loading.conftest import Site

LISTED = "tests.config.schema_modules.Required"


def schema_of(file: str) -> Any:
    result = run("schema", file)
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def is_right(schema: Any, config: Any) -> bool:
    file = {"modules": [{"module": LISTED, "config": config}]}
    return not list(Draft202012Validator(schema).iter_errors(file))


def test_the_config_of_what_is_listed_is_described(write: Write) -> None:
    """By its `Config`; a file with secrets that are not here is enough."""
    text = f"modules:\n- module: {LISTED}\n  config: {{banned: [!env HOSTKIT_ABSENT]}}\n"
    schema = schema_of(write(text))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert is_right(schema, {"banned": ["casino"], "limit": 5})
    assert not is_right(schema, {"banned": 5})


def test_installed_modules_are_offered_and_not_imported(
    write: Write,
    lonely_site: Site,  # noqa: F811
) -> None:
    """A name that two packages offer is written with its package."""
    lonely_site.install("one", MODULES, words="missing:One", mine="missing:Two")
    lonely_site.install("two", MODULES, words="missing:One")
    items = schema_of(write("modules: []\n"))["properties"]["modules"]["anyOf"][0]["items"]
    assert items["properties"]["module"]["examples"] == [
        *("mine", "one:mine", "one:words", "two:words"),
    ]


def test_a_disabled_module_is_not_imported(write: Write) -> None:
    """As everywhere."""
    schema = schema_of(write("modules:\n- {module: no.such.Thing, enabled: false}\n"))
    assert "allOf" not in schema["properties"]["modules"]["anyOf"][0]["items"]


def test_modules_stand_in_folders(write: Write, tmp_path: Path) -> None:
    """Those of the file, and those of the command line."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "of_a_folder.py").write_text("class Words:\n    Config = dict[str, int]\n")
    file = write("modules: [{module: of_a_folder.Words}]\nhostkit: {path: [lib]}\n")
    assert schema_of(file)["properties"]["modules"]["anyOf"][0]["items"]["allOf"]
    file = write("modules: [{module: of_a_folder.Words}]\n")
    result = run("schema", file, "--path", str(tmp_path / "lib"))
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_missing_folder_of_modules_is_shown(write: Write) -> None:
    """What stands in it could not be described."""
    result = run("schema", write("hostkit: {path: [absent]}\nmodules: []\n"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "HK112" in result.stderr

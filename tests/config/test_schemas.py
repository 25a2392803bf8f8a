"""The JSON Schema of a config file: what it says, and which mistakes it finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hostkit.codes import Code
from hostkit.config.schemas import file_schema
from hostkit.errors import ConfigErrors
from hostkit.host import build_from_file
from tests.config.editors import Newer, Older
from tests.config.schema_checks import CLASSES, HERE, SCHEMA, entry, errors_of


def test_the_schema_is_one() -> None:
    """It is valid itself, and all its references lead somewhere."""
    Draft202012Validator.check_schema(SCHEMA)
    for name in SCHEMA["$defs"]:
        list(Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"}).iter_errors("x"))


@pytest.mark.parametrize(
    "text",
    ["{}", "modules:\nhostkit:\n", "other: {any: thing}\n", "modules: []\n"],
)
def test_nothing_need_be_written(text: str) -> None:
    """Other programs' keys are left alone, as hostkit does."""
    assert errors_of(text) == []


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[]", "$"),
        ("modules: {}", "$.modules"),
        ("modules: [{}]", "$.modules"),
        ("modules: [{module: x, colour: red}]", "$.modules"),
        ("hostkit: {listener: []}", "$.hostkit"),
        ("hostkit: {drain: 5}", "$.hostkit"),
        (entry("Everything", "{count: abc}"), "$.modules"),
        (entry("Everything", "{nonsense: 1}"), "$.modules"),
        (entry("Everything", "{store: {kind: tape}}"), "$.modules"),
        (entry("Everything", "{pair: [1]}"), "$.modules"),
        (entry("Everything", "{word: b}"), "$.modules"),
        (entry("Everything", "{text: 5}"), "$.modules"),
        (entry("Required", "{}"), "$.modules"),
        (f"modules: [{{module: {HERE}.Required}}]", "$.modules"),
        (entry("Required", "null"), "$.modules"),
        (entry("Required", "{banned: 5}"), "$.modules"),
        (entry("Typed", "{age: 5}"), "$.modules"),
        (entry("Typed", "{name: a, other: 5}"), "$.modules"),
        (entry("Named", "{name: a, age: old}"), "$.modules"),
        (entry("Mapped", "{a: many}"), "$.modules"),
        (entry("Model", "{count: 0}"), "$.modules"),
        (entry("Model", "{other: 1}"), "$.modules"),
        (entry("Model", "{child: {size: big}}"), "$.modules"),
        (entry("OpenModel", "{count: many}"), "$.modules"),
        (entry("Struct", "{ratio: 1}"), "$.modules"),
        (entry("Struct", "{name: a, other: 1}"), "$.modules"),
    ],
)
def test_mistakes_are_found(text: str, where: str) -> None:
    """At once in the editor, at the part of the file where they are."""
    for loader in (Older, Newer):
        assert [each.partition(":")[0] for each in errors_of(text, loader)] == [where]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("modules: []\nmodules: []", Code.DUPLICATE_KEY),
        ("Modules: []", Code.UNKNOWN_KEY),
        (entry("Required", "{banned: [a], banned: [b]}"), Code.DUPLICATE_KEY),
        (entry("Checked", "{count: -5}"), Code.REFUSED_BY_CLASS),
        (entry("Parsed", "{refuse: this}"), Code.CONFIG_REFUSED),
        (entry("Everything", "{text: !env HOSTKIT_ABSENT}"), Code.NO_SUCH_VARIABLE),
        (entry("Everything", "{text: !file ./absent}"), Code.TAG_FILE_UNREADABLE),
        (entry("Unusable", "{}"), Code.UNSUPPORTED_TYPE),
        ("modules: [{module: no.such.module}]", Code.NO_SUCH_PYTHON_MODULE),
        (f"modules: [{{module: {HERE}.Raw, timeout: 0s}}]", Code.NOT_ALLOWED),
        (
            f"modules: [{{module: {HERE}.Raw, name: a}}, {{module: {HERE}.Raw, name: a}}]",
            Code.DUPLICATE_NAME,
        ),
        (
            "hostkit: {listeners: [{endpoint: 'tcp:0', token: 0123456789abcdef}]}",
            Code.IN_THE_CLEAR,
        ),
        ("hostkit: {require: [no.hook], categories: []}", Code.NO_SUCH_HOOK),
    ],
)
def test_what_only_hostkit_can_refuse(tmp_path: Path, text: str, code: str) -> None:
    """The file fits the schema, which knows neither other files nor the code of modules."""
    path = tmp_path / "host.yaml"
    path.write_text(text)
    with pytest.raises(ConfigErrors) as caught:
        build_from_file(path)
    assert [each.code for each in caught.value.problems] == [code]
    assert errors_of(text) == []


@pytest.mark.parametrize("name", ["Parsed", "Raw", "Undescribed", "Unusable"])
def test_the_config_of_some_modules_is_their_own_affair(name: str) -> None:
    """With a `parse_config`, without a `Config`, or if that cannot be described."""
    assert errors_of(entry(name, "{any: [thing]}")) == []


def test_a_disabled_module_is_not_looked_into() -> None:
    """It is not even imported."""
    text = entry("Required", "{nonsense: 1}")
    assert errors_of(f"{text}  enabled: no\n", Newer) == []
    assert errors_of(f"{text}  enabled: yes\n", Newer) != []


def test_a_class_within_itself_is_described_once() -> None:
    """What is deeper may be any mapping."""
    assert errors_of(entry("Tree", "{children: [{children: [{a: 1}]}]}")) == []
    assert errors_of(entry("Tree", "{children: [5]}")) != []


def properties_of(name: str) -> Any:
    items = SCHEMA["properties"]["modules"]["anyOf"][0]["items"]
    for each in items["allOf"]:
        if each["if"]["properties"]["module"]["const"] == f"{HERE}.{name}":
            config = each["then"]["properties"]["config"]
            return config["anyOf"][0] if "anyOf" in config else config
    raise AssertionError(name)


def test_docstrings_are_descriptions() -> None:
    """Those of classes, without their sections, and of the attributes in these."""
    config = properties_of("Everything")
    described = {key: each["description"] for key, each in config["properties"].items()
                 if "description" in each}  # fmt: skip
    assert config["description"] == "All that a file can hold.\n\nThe second paragraph."
    assert described == {
        "text": "What is said, over two lines.",
        "count": "How many.",
        "wait": "How long.",
    }
    assert properties_of("Typed")["properties"]["name"]["description"] == "Its name."
    assert properties_of("Model")["properties"]["count"]["anyOf"][0]["description"] == "How many."
    assert properties_of("Required")["description"] == "What must be written."
    assert properties_of("Named")["description"] == "Named"


def test_defaults_are_shown_as_they_would_be_written() -> None:
    """As far as they can be written at all."""
    properties = properties_of("Everything")["properties"]
    assert {key: each["default"] for key, each in properties.items() if "default" in each} == {
        "text": "",
        "count": 1,
        "ratio": 0.5,
        "flag": False,
        "wait": "1.5s",
        "pause": "120s",
        "amount": None,
        "size": 1024,
        "path": "data",
        "pattern": None,
        "day": "2026-01-31",
        "moment": None,
        "at": "03:00:00",
        "address": None,
        "network": None,
        "sixth": None,
        "id": None,
        "word": "a",
        "odd": None,
        "colour": "red",
        "names": ["ann", "bob"],
        "pair": None,
        "numbers": [],
        "table": {},
        "anything": None,
        "several": [],
        "store": None,
        "mixed": 5,
        "label": None,
    }
    assert properties_of("Named")["properties"]["age"]["default"] == 7
    assert properties_of("Required")["properties"]["limit"]["default"] == 3


def test_the_settings_are_described_as_on_the_operators_page() -> None:
    """By the same sentences, without their links."""
    hostkit = SCHEMA["properties"]["hostkit"]["anyOf"][0]["properties"]
    assert hostkit["drain"]["default"] == "30s"
    assert "(#" not in hostkit["drain"]["description"]
    assert "redis" in hostkit


def test_installed_modules_are_offered() -> None:
    """An editor completes their names."""
    module = SCHEMA["properties"]["modules"]["anyOf"][0]["items"]["properties"]["module"]
    assert module["examples"] == sorted(["offered", "other:offered", *CLASSES])


def test_without_modules_there_is_a_schema_as_well() -> None:
    """Of all that is hostkit's own."""
    schema = file_schema({}, [])
    assert "allOf" not in schema["properties"]["modules"]["anyOf"][0]["items"]

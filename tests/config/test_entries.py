from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hostkit.config import from_mapping, load
from hostkit.errors import ConfigErrors


class Outer:
    class Module:
        pass


def _names(entries: list[tuple[str | None, Any]]) -> list[str]:
    modules = [{"module": module, "name": name} for name, module in entries]
    return [entry.name for entry in from_mapping({"modules": modules}).modules]


@pytest.mark.parametrize(
    ("entries", "names"),
    [
        ([], []),
        ([(None, "a"), (None, "b")], ["a", "b"]),
        ([(None, "a"), (None, "a"), (None, "a")], ["a", "a#2", "a#3"]),
        ([("x", "a"), (None, "a"), ("y", "a"), (None, "a")], ["x", "a", "y", "a#2"]),
        ([(None, "a"), ("a", "b")], ["a#2", "a"]),
        ([("a#2", "b"), (None, "a"), (None, "a")], ["a#2", "a", "a#3"]),
        ([(None, "a"), (None, "a"), (None, "a#2")], ["a", "a#2", "a#2#2"]),
        ([(None, Outer.Module)], [f"{__name__}.Outer.Module"]),
    ],
)
def test_only_defaults_give_way(entries: list[tuple[str | None, Any]], names: list[str]) -> None:
    """A name that was given is kept; a default takes the first number that is free."""
    assert _names(entries) == names


def test_a_name_given_twice_is_a_problem() -> None:
    """Each repeat is reported with both entries, whatever else is wrong around it."""
    entries = [{"name": "a"}, "wrong", {}, {"name": 5}, {"name": "a"}, {"name": "b"}, {"name": "a"}]
    with pytest.raises(ConfigErrors) as caught:
        from_mapping({"modules": entries})
    repeated = [problem for problem in caught.value.problems if problem.code == "HK030"]
    assert [(problem.path, problem.message) for problem in repeated] == [
        (("modules", 4, "name"), "modules[4] and modules[0] have the same name 'a'"),
        (("modules", 6, "name"), "modules[6] and modules[0] have the same name 'a'"),
    ]


@pytest.mark.parametrize("config", ["5", "text", "[a]", "true", "2026-01-31", "1.5", "!env HOME"])
def test_a_config_is_a_mapping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str
) -> None:
    """Nothing else reaches a module, which would ask it for its keys."""
    monkeypatch.setenv("HOME", "/root")
    file = tmp_path / "host.yaml"
    file.write_text(f"modules:\n  - module: words.Words\n    config: {config}\n")
    with pytest.raises(ConfigErrors) as caught:
        load(file)
    (problem,) = caught.value.problems
    assert (problem.code, problem.expected) == ("HK020", "a mapping")
    assert problem.hint is not None
    assert problem.hint.startswith("write `config: {key: value}`")
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (3, 13)


@pytest.mark.parametrize("config", ["", "null", "{}"])
def test_a_module_needs_no_config(tmp_path: Path, config: str) -> None:
    """It gets an empty mapping then."""
    file = tmp_path / "host.yaml"
    file.write_text(f"modules:\n  - module: words.Words\n    config: {config}\n")
    assert load(file).modules[0].config == {}


def test_a_program_may_give_any_object() -> None:
    """But a number is none that a module could have asked for."""
    given = object()
    entry = {"module": Outer.Module, "config": given}
    assert from_mapping({"modules": [entry]}).modules[0].config is given
    with pytest.raises(ConfigErrors, match="HK020"):
        from_mapping({"modules": [{"module": Outer.Module, "config": 5}]})


@pytest.mark.parametrize("key", ["module", "moduels", "Modules", "MODULES", "modulse"])
def test_modules_under_a_wrong_name_are_an_error(tmp_path: Path, key: str) -> None:
    """Without them everything would be allowed, without any sign of it."""
    file = tmp_path / "host.yaml"
    file.write_text(f"other: 1\n{key}:\n  - module: words.Words\n")
    with pytest.raises(ConfigErrors) as caught:
        load(file)
    (problem,) = caught.value.problems
    assert problem.code == "HK021"
    assert problem.message == f"{key!r} lists modules, which are looked for under 'modules'"
    assert problem.hint == "did you mean 'modules'?"
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (2, 1)


@pytest.mark.parametrize(
    "key",
    [
        "hostkti",
        "Hostkit",
        "hostKit",
        "host-kit",
        "HOST_KIT",
        "hostkits",
        "hoskit",
        "hostkit\u200b",
    ],
)
@pytest.mark.parametrize("setting", ["receipts: 5", "listners: []"])
def test_settings_under_a_wrong_name_are_an_error(tmp_path: Path, key: str, setting: str) -> None:
    """Without them listeners, tokens and limits would be the defaults, without any sign of it."""
    file = tmp_path / "host.yaml"
    file.write_text(f"other: 1\n{key}:\n  {setting}\n")
    with pytest.raises(ConfigErrors) as caught:
        load(file)
    (problem,) = caught.value.problems
    message = f"{key!r} holds settings of hostkit, which are looked for under 'hostkit'"
    assert (problem.code, problem.message) == ("HK021", message)
    assert problem.hint == "did you mean 'hostkit'?"
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (2, 1)


@pytest.mark.parametrize(
    "mapping",
    [
        {"hostkti": {"receipts": 5}},
        {"moduels": [{"module": "a.B"}]},
        {"module": ({"module": 1},)},
        {"modls": [Outer]},
        {"Modules": ["words.Words"]},
    ],
)
def test_a_mapping_with_a_wrong_name_is_an_error_too(mapping: dict[str, Any]) -> None:
    """What a program gives is held to the same."""
    with pytest.raises(ConfigErrors) as caught:
        from_mapping(mapping)
    assert [problem.code for problem in caught.value.problems] == ["HK021"]
    assert from_mapping({1: 2, "server": {"name": "x"}}).modules == ()  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "text",
    [
        "modls: [words.Words]",
        "moduls: [{name: words, config: {}}]",
        "hostkti: [{endpoint: 'tcp:80'}]",
        "hostkti: {tokens: [x]}",
        "hostkti: {limits: {body: 1K}}",
        "hostkti: {<<: {receipts: 5}}",
        "base: &base {receipts: 5}\nhostkti: {<<: *base}",
    ],
)
def test_what_belongs_to_a_name_is_recognised_in_other_forms(tmp_path: Path, text: str) -> None:
    """Two mistakes at once, or a merge key, do not hide what a block is."""
    file = tmp_path / "host.yaml"
    file.write_text(f"{text}\n")
    with pytest.raises(ConfigErrors) as caught:
        load(file)
    assert [problem.code for problem in caught.value.problems] == ["HK021"]


@pytest.mark.parametrize(
    "text",
    [
        "models: [{name: sedan}]",
        "models: [{name: small, config: {}}, shop.models.Car]",
        "moduls: [a, 5]",
        "modulos: {a.b: c}",
        "hostlist: {path: hosts.txt}",
        "hostkti: &self {<<: {<<: 5}, x: *self}",
        "module: casino.Table",
        "module: [casino.Table]",
        "models: {module: x}",
        "plugins: [{module: x}]",
        "3: [{module: x}]",
        "[a, b]: [{module: x}]",
        "hosts: {redis: {url: x}}",
        "hosting: {receipts: 5}",
        "hostkeys: {listen: 1}",
        "hostkti: [receipts]",
        "host_kit: {theme: dark}",
        "hostkit: {receipts: 5}",
        "modules: [{module: words.Words}]",
        "modules: [{module: words.Words}]\nextras: [{module: x}]",
    ],
)
def test_the_applications_own_keys_are_left_alone(tmp_path: Path, text: str) -> None:
    """Only what is called nearly so, and looks like modules, is taken for a mistake."""
    file = tmp_path / "host.yaml"
    file.write_text(f"other: 1\n? {text}\n" if text.startswith("[") else f"other: 1\n{text}\n")
    assert len(load(file).modules) == text.count("words.Words")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("modules: [" + "'" + "a b" * 99 + "']", "write a mapping: {module: ...}"),
        ("modules: [a.B]", "write a mapping: {module: a.B}"),
        ("modules: a.B", "write a list: [{module: a.B}]"),
        ("modules: [5]", None),
        (
            "modules: {module: a.B}",
            "this is one entry of a list: put a dash before its first key, or brackets around it",
        ),
        ("hostkit: {redis: 'redis://x/0'}", "write a mapping: {url: ...}"),
        ("hostkit: {listeners: ['tcp:80']}", 'write a mapping: {endpoint: "tcp:80"}'),
        ("hostkit: {listeners: tcp}", "write a list: [{endpoint: tcp}]"),
        ("hostkit: {categories: comments}", "write a list: [comments]"),
        ("hostkit: {categories: 5}", "write a list: [5]"),
        ("hostkit: {categories: 'a b'}", 'write a list: ["a b"]'),
        ("hostkit: {categories: {a: b}}", None),
        ("hostkit: text", None),
        ("hostkit: {listeners: [{endpoint: x, serve: health}]}", "write a list: [health]"),
        ("hostkit: {listeners: [{endpoint: x, serve: !env SERVE}]}", "write a list: [...]"),
    ],
)
def test_the_right_form_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, hint: str | None
) -> None:
    """Where a single value stands for what a list or a mapping would hold, the hint has that."""
    monkeypatch.setenv("SERVE", "health")
    file = tmp_path / "host.yaml"
    file.write_text(text)
    with pytest.raises(ConfigErrors) as caught:
        load(file)
    assert [(problem.code, problem.hint) for problem in caught.value.problems] == [("HK020", hint)]


@pytest.mark.parametrize("entry", ["words.Words: {banned: [x]}", "words.Words:", "{mode.Of: 5}"])
def test_a_path_as_the_key_of_an_entry_is_recognised(tmp_path: Path, entry: str) -> None:
    """Rather than taken for a misspelt `mode:`."""
    file = tmp_path / "host.yaml"
    file.write_text(f"modules:\n- {entry}\n")
    with pytest.raises(ConfigErrors) as caught:
        load(file)
    path = "mode.Of" if "Of" in entry else "words.Words"
    hint = f"write `module: {path}`, and the module's own settings under `config:`"
    assert hint in [problem.hint for problem in caught.value.problems]

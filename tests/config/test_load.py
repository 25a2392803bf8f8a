from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from hostkit.config import Listener, ModuleEntry, Redis, Seconds, Settings, from_mapping, load
from hostkit.errors import ConfigErrors

from .conftest import FULL, ProblemsOf, Write


class Module:
    pass


def test_a_file_is_read(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything the file says is in the values, and nothing else of it."""
    monkeypatch.setenv("HOSTKIT_TEST", "secret")
    name = write(FULL)
    file = load(name)
    first = {"banned": ["casino"], "pattern": "ca[s5]ino", "since": file.modules[0].config["since"]}
    filter_ = "wordfilter.WordFilter"
    assert file.modules == (
        ModuleEntry(filter_, first, "words", True, "shadow", "continue", Seconds(0.2)),
        ModuleEntry(filter_, {"x": ["any", "secret"]}, filter_, index=1),
        ModuleEntry(filter_, {}, f"{filter_}#2", index=2),
    )
    assert (
        Settings(
            (
                Listener(
                    "tcp:8080:interface=127.0.0.1",
                    ("modules", "hooks", "health", "metrics"),
                    path=("hostkit", "listeners", 0),
                ),
                Listener("unix:/run/x", path=("hostkit", "listeners", 1)),
            ),
            Redis("redis://127.0.0.1:6379/0"),
            ("comments",),
            "exact",
            10,
            background_tasks_on="w1",
        )
        == file.settings
    )
    assert file.name == name


@pytest.mark.parametrize("text", ["other: 1\n", "modules:\nhostkit:\n", "modules: []\n", "{}"])
def test_nothing_need_be_said(write: Write, text: str) -> None:
    """Without modules and settings there are none, and every setting has its default."""
    file = load(Path(write(text)))
    assert ((), Settings()) == (file.modules, file.settings)


def test_secret_files_stand_beside_the_config_file(write: Write, tmp_path: Path) -> None:
    """A relative `!file` starts at the config file's folder, wherever the process is."""
    (tmp_path / "key").write_text("secret\n")
    file = load(write("modules: [{module: a.B, config: {x: !file key}}]"))
    assert file.modules[0].config == {"x": "secret"}


def test_all_problems_are_reported_in_one_run(problems_of: ProblemsOf) -> None:
    """Five wrong things in three entries are five problems, in the order of the file."""
    problems = problems_of("""\
modules:
  - modul: a.B
    enabled: "no"
  - module: a.B
    name: x
    timeout: 5
  - name: x
    module: !env HOSTKIT_MISSING
""")
    assert [
        (p.code, p.place and p.place.line, p.place and p.place.column, p.path) for p in problems
    ] == [
        ("HK021", 2, 5, ("modules", 0, "modul")),
        ("HK020", 3, 14, ("modules", 0, "enabled")),
        ("HK025", 6, 14, ("modules", 1, "timeout")),
        ("HK030", 7, 11, ("modules", 2, "name")),
        ("HK051", 8, 13, ("modules", 2, "module")),
    ]


def test_a_problem_is_shown_in_full(problems_of: ProblemsOf) -> None:
    """The text shows place, excerpt, caret, what was possible and what was probably meant."""
    (problem,) = problems_of("modules:\n  - module: a.B\n    timout: 5s\n")
    assert problem.place is not None
    assert (
        problem.render()
        == f"""\
{problem.place.file}:3:5: HK021 unknown key 'timout'
  |
3 |     timout: 5s
  |     ^
  = expected: config, enabled, mode, module, name, on_error, optional or timeout
  = hint: did you mean 'timeout'?"""
    )


def test_a_broken_value_is_not_complained_about_twice(problems_of: ProblemsOf) -> None:
    """Of a value that could not be read nothing more is said, nor of what it would have held."""
    assert [
        problem.code
        for problem in problems_of("modules:\n- {module: a.B, enabled: !x 1}\n- {<<: 5}\n")
    ] == ["HK012", "HK017"]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("modules: {a: b}\n", 1, 10),
        ("modules: text\n", 1, 10),
        ("hostkit: []\n", 1, 10),
        ("modules: [a.B]\n", 1, 11),
    ],
)
def test_the_two_keys_have_their_shape(
    problems_of: ProblemsOf, text: str, line: int, column: int
) -> None:
    """What is not a list of mappings, or not a mapping, is one problem."""
    (problem,) = problems_of(text)
    assert problem.place is not None
    assert ("HK020", line, column) == (problem.code, problem.place.line, problem.place.column)


def test_no_secret_is_ever_shown(
    problems_of: ProblemsOf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Wherever a value from elsewhere is wrong, only its name is shown."""
    monkeypatch.setenv("HOSTKIT_TEST", "hunter2 'x'\n\"y\"")
    (tmp_path / "key").write_text("hunter3\n")
    keys = ["enabled", "mode", "on_error", "timeout", "name", "module", "nope"]
    entry = "".join(f"  {key}: !env HOSTKIT_TEST\n" for key in keys).lstrip()
    redis = "".join(f"  {key}: !file key\n" for key in ("redis", "timing", "receipts", "x"))
    problems = problems_of(f"modules:\n- {entry}- {entry}hostkit:\n{redis}")
    text = str(ConfigErrors(problems))
    assert len(problems) == 17
    assert "hunter" not in text
    assert '"y"' not in text
    assert "[redacted]" in text


def test_the_error_has_neither_cause_nor_context(write: Write) -> None:
    """Nothing that may quote a secret hangs on the error."""
    with pytest.raises(ConfigErrors) as caught:
        load(write("modules: [{module: 5}]"))
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_a_mapping_is_checked_like_a_file() -> None:
    """Python values have the same problems, with paths instead of places."""
    with pytest.raises(ConfigErrors) as caught:
        from_mapping(
            {
                "modules": ({"module": "a.B", "timeout": 5, "name": "x"}, {"name": "x"}),
                "hostkit": {"receipt": 5},
            }
        )
    assert [(problem.code, problem.path, problem.place) for problem in caught.value.problems] == [
        ("HK025", ("modules", 0, "timeout"), None),
        ("HK022", ("modules", 1), None),
        ("HK021", ("hostkit", "receipt"), None),
        ("HK030", ("modules", 1, "name"), None),
    ]


def test_a_mapping_may_hold_classes() -> None:
    """A class needs no dotted path; it is named by its own."""
    file = from_mapping({"other": object(), "modules": [{"module": Module}, {"module": Module}]})
    assert [entry.module for entry in file.modules] == [Module, Module]
    name = f"{__name__}.Module"
    assert [entry.name for entry in file.modules] == [name, f"{name}#2"]
    assert file.name == "<config>"


def test_a_mapping_is_left_alone() -> None:
    """Nothing in it is changed, and a module's configuration is the object that was given."""
    config = {"a": [1], "b": object()}
    mapping = {"modules": [{"module": "a.B", "config": config}]}
    before = copy.copy(config)
    file = from_mapping(mapping)
    assert config is file.modules[0].config
    assert (before, {"modules": [{"module": "a.B", "config": config}]}) == (config, mapping)


@pytest.mark.parametrize("value", [None, [], "text"])
def test_only_a_mapping_is_a_mapping(value: Any) -> None:
    """Something else is a problem, not a traceback."""
    with pytest.raises(ConfigErrors) as caught:
        from_mapping(value)
    assert [problem.code for problem in caught.value.problems] == ["HK008"]

"""`hostkit list`: views, filters, fields, and what is installed."""

from __future__ import annotations

import functools
import shutil
import sys
from os import terminal_size
from pathlib import Path
from typing import Any

import pytest

from hostkit.cli._tables import show_cell, show_table
from hostkit.cli._views import place_of
from tests.cli.conftest import HEAD, Write, run
from tests.cli.documents import read
from tests.cli.modules import Words

FILE = f"""{HEAD.replace("]}", ", tests.cli.modules.Doors]}")}
modules:
  - {{module: tests.cli.modules.Words, name: words, config: {{path: /words}}}}
  - {{module: tests.cli.modules.Words, name: more, config: {{path: /words}}, timeout: 1.5s}}
  - {{module: tests.cli.modules.Porter, name: porter}}
  - {{module: nowhere.Gone, name: gone, optional: true}}
  - {{module: nowhere.Off, name: unused, enabled: false}}
"""


def rows(*args: str) -> list[dict[str, Any]]:
    """Run `list`, and return the rows, which the schema describes."""
    result = run("list", "--format", "json", *args)
    assert result.exit_code == 0
    found: list[dict[str, Any]] = read(result.stdout, "list")["rows"]
    return found


def test_each_callback_has_a_row_with_where_its_settings_are_from(write: Write) -> None:
    """From the hookspec, the module's entry, or the host's defaults."""
    first, second, empty, keyed = rows(write(FILE))
    assert (first["module"], first["number"], first["hook"]) == (
        "words",
        1,
        "comments.check_comment",
    )
    assert first["timeout_seconds"] == {"value": None, "from": "host"}
    assert first["on_error"]["error"] == {"value": "fail", "from": "spec"}
    line = Words.check.__code__.co_firstlineno
    assert first["callback"].endswith(f"tests/cli/modules.py:{line}")
    assert second["timeout_seconds"] == {"value": 1.5, "from": "module"}
    assert (empty["hook"], empty["module"], empty["mode"]) == (
        "comments.on_comment_posted",
        None,
        None,
    )
    assert (keyed["key"], keyed["on_error"]["error"]) == (
        "front",
        {"value": "continue", "from": "spec"},
    )


def test_each_entry_of_the_file_has_a_row(write: Write) -> None:
    """Also those that are not built."""
    found = rows("--view", "modules", write(FILE))
    assert [(row["module"], row["state"], row["line"]) for row in found] == [
        ("words", "built", 4),
        ("more", "built", 5),
        ("porter", "built", 6),
        ("gone", "missing", 7),
        ("unused", "disabled", 8),
    ]


def test_a_module_for_which_nothing_can_stand_in_is_not_built() -> None:
    """A class has no line, and what was never built says so."""
    from hostkit import Host
    from hostkit.cli._views import module_rows

    class Plain:
        def __init__(self, config: Any, api: Any) -> None: ...

    host = Host.from_config({"modules": [{"module": Plain, "name": "x"}]}, categories=[]).build()
    (row,) = module_rows(host)
    assert (row["class"], row["line"]) == (f"{__name__}.{Plain.__qualname__}", None)


def test_each_resource_has_a_row(write: Write) -> None:
    """At one path only the first is served, and the others are below it."""
    found = rows("--view", "paths", write(FILE))
    assert [(row["path"], row["module"], row["served"]) for row in found] == [
        ("/words", "words", True),
        ("/words", "more", False),
    ]


def test_each_category_has_a_row(write: Write) -> None:
    """With its hooks, and the modules that listen."""
    found = rows("--view", "categories", write(FILE))
    assert [(row["category"], row["modules"]) for row in found] == [
        ("comments", ["words", "more"]),
        ("doors", ["porter"]),
    ]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("--module", "words"), ["words"]),
        (("--module", "words", "--module", "porter"), ["words", "porter"]),
        (("--hook", "check_comment"), ["words", "more"]),
        (("--hook", "doors.on_knock"), ["porter"]),
        (("--category", "doors"), ["porter"]),
        (("--category", "comments", "--module", "more"), ["more"]),
        (
            ("--sort", "module", "--category", "comments", "--hook", "check_comment"),
            ["more", "words"],
        ),
        (("--view", "modules", "--sort", "line", "--module", "unused"), ["unused"]),
    ],
)
def test_rows_are_filtered_and_sorted(
    write: Write, args: tuple[str, ...], expected: list[str]
) -> None:
    """Filters of several kinds must all hold."""
    found = rows(*args, "--fields", "module", write(FILE))
    assert found == [{"module": name} for name in expected]


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (("--module", "word"), "--module: nothing is called 'word' here: did you mean 'words'?"),
        (("--category", "x"), "there is comments or doors"),
        (("--fields", "hook,nmae"), "--fields: nothing is called 'nmae' here"),
        (("--sort", "nmae"), "--sort: nothing is called 'nmae' here"),
        (("--view", "paths", "--hook", "x"), "--hook: the view 'paths' has no hook to filter by"),
        (("--view", "paths", "--available"), "--available is a view of its own"),
    ],
)
def test_what_there_is_not_is_refused(write: Write, args: tuple[str, ...], error: str) -> None:
    """With what was probably meant."""
    result = run("list", *args, write(FILE))
    assert (result.exit_code, result.stdout) == (2, "")
    assert error in result.stderr


def test_nothing_to_filter_is_said(write: Write) -> None:
    """A file may serve no path at all."""
    result = run("list", "--view", "paths", "--module", "x", write(HEAD))
    assert result.stderr.endswith("nothing is called 'x' here: there is nothing\n")


def install(folder: Path) -> None:
    """Put a distribution with entry points into a folder; none of them can be imported."""
    info = folder / "word_filter-1.2.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: word-filter\nVersion: 1.2\n")
    points = "[hostkit.modules]\nwf = gone:Words\nwf-old = gone:Old\n"
    info.joinpath("entry_points.txt").write_text(f"{points}[hostkit.categories]\nwfc = gone:Cat\n")


def available(*args: str) -> dict[str, str]:
    """Run `list --available`, and return the use of what was installed."""
    found = rows("--available", *args)
    return {row["name"]: row["use"] for row in found if row["distribution"] == "word-filter"}


def test_what_is_installed_is_listed_without_an_import(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator sees what could be used, even if importing it would fail."""
    monkeypatch.setattr(sys, "path", [*sys.path])  # to which the folder is added
    install(tmp_path)
    folder = ("--path", str(tmp_path))
    assert available(*folder) == {"wf": "installed", "wf-old": "installed", "wfc": "installed"}
    entries = "[{module: wf}, {module: wf, enabled: false, name: b}, {module: x.Y}]"
    assert available(*folder, write(f"modules: {entries}")) == {
        "wf": "listed: wf, b (disabled)",
        "wf-old": "installed, not listed",
        "wfc": "used, as none is listed",
    }
    assert available(*folder, write("hostkit: {categories: [wfc]}"))["wfc"] == "listed"
    assert available(*folder, write(HEAD))["wfc"] == "installed, not listed"
    (row,) = (row for row in rows("--available", *folder) if row["name"] == "wf")
    assert (row["version"], row["class"], row["kind"]) == ("1.2", "gone.Words", "module")


def test_what_is_wrong_with_the_file_is_shown_by_available(write: Write) -> None:
    """As by any other command."""
    result = run("list", "--available", write("modules: 1"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith("1 problem found\n")


def test_tables_fit_a_terminal(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """There, cells are cut; in a pipe nothing is."""
    row = {"hook": "comments.check_comment", "module": "a-long-name-of-a-module", "number": 1}
    lines = list(show_table(tuple(row), [row], 40))
    assert lines == [
        "HOOK             MODULE           NUMBER",
        "comments.check…  a-long-name-of…  1",
    ]
    assert list(show_table(tuple(row), [row], None))[1].endswith("a-long-name-of-a-module  1")
    assert list(show_table(tuple(row), [row], 5)) == [
        "HOOK      MODULE    NUMBER",
        "comment…  a-long-…  1",
    ]


def test_the_width_of_the_terminal_counts(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lines that are wrapped by the terminal are no table."""
    from hostkit.cli import main

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: terminal_size((60, 24)))
    with pytest.raises(SystemExit) as ended:
        main(["list", "--view", "hooks", "--fields", "hook,callback,on_error", write(FILE)])
    assert ended.value.code == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 60


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "-"),
        (True, "yes"),
        (False, "no"),
        ([], "-"),
        (["a", "b"], "a, b"),
        (2.0, "2"),
        ("a\n\x1bb", "a \\x1bb"),
        ({"value": None, "from": "host"}, "none (host)"),
        ({"a": {"value": 1, "from": "x"}, "b": {"value": 1, "from": "x"}}, "1 (x)"),
        ({"a": "x", "b": "y"}, "a: x, b: y"),
    ],
)
def test_cells_are_one_line_of_text(value: object, expected: str) -> None:
    """Whatever a value is."""
    assert show_cell(value) == expected


class Callable:
    def __call__(self) -> None: ...


def test_places_of_all_kinds_of_callbacks_are_found() -> None:
    """Functions, methods, partial ones, wrapped ones, objects; builtins have none."""

    def plain() -> None: ...

    @functools.wraps(plain)
    def wrapped() -> None: ...

    line = plain.__code__.co_firstlineno
    for function in (plain, functools.partial(plain), wrapped, functools.partial(wrapped)):
        place = place_of(function)
        assert place is not None
        assert place.endswith(f"test_list_command.py:{line}")
    call = Callable.__call__.__code__.co_firstlineno
    for function in (Callable(), Callable().__call__):
        assert str(place_of(function)).endswith(f"test_list_command.py:{call}")
    assert place_of(print) is None


def test_secrets_are_in_no_cell(write: Write, tmp_path: Path) -> None:
    """Not even if a module is called as one."""
    (tmp_path / "secret").write_text("casino-royale")
    file = write(f"{HEAD}modules: [{{module: tests.cli.modules.Words, name: !file secret}}]")
    for form in ("table", "json"):
        result = run("list", "--view", "modules", "--format", form, file)
        assert "casino-royale" not in result.stdout
        assert "[redacted]" in result.stdout


def test_json_of_validate_is_as_its_schema_says(write: Write) -> None:
    """Good files, bad files, and those that are not there."""
    good, bad = write(FILE), "nothing.yaml"
    for args in ([good, bad], ["--static", good], ["--no-build", "--without-secrets", good]):
        read(run("validate", "--format", "json", *args).stdout, "validate")
    text = f"{HEAD}modules: [{{module: x.Y, config: {{a: !env NOT_SET}}, nmae: 1}}]"
    for args in ([], ["--without-secrets"]):
        found = run("validate", "--format", "json", *args, write(text))
        read(found.stdout, "validate")

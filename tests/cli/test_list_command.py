"""`hostkit list`: views, filters, fields, and what is installed."""

from __future__ import annotations

import functools
import shutil
import sys
from os import terminal_size
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from twisted.web.resource import Resource

from hostkit.cli import main
from tests.cli.conftest import HEAD, file_of, run
from tests.cli.documents import read
from tests.cli.modules import Comments, Doors, Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit import ModuleApi
    from tests.files import Write

    Table = Callable[..., list[str]]

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


@pytest.mark.parametrize(
    ("view", "fields", "expected"),
    [
        (
            "modules",  # also those that are not built
            ("module", "state", "line"),
            [
                ("words", "built", 4),
                ("more", "built", 5),
                ("porter", "built", 6),
                ("gone", "missing", 7),
                ("unused", "disabled", 8),
            ],
        ),
        (
            "paths",  # at one path only the first is served, and the others are below it
            ("path", "module", "served"),
            [("/words", "words", True), ("/words", "more", False)],
        ),
        (
            "categories",  # with the modules that listen
            ("category", "modules"),
            [("comments", ["words", "more"]), ("doors", ["porter"])],
        ),
    ],
)
def test_each_thing_of_a_view_has_a_row(
    view: str, fields: tuple[str, ...], expected: list[Any], write: Write
) -> None:
    """Entries of the file, resources and categories."""
    found = rows("--view", view, write(FILE))
    assert [tuple(row[field] for field in fields) for row in found] == expected


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


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Table:
    """Run `list` on a terminal of a certain width, and give its lines."""

    def show(width: int, *args: str) -> list[str]:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        monkeypatch.setattr(shutil, "get_terminal_size", lambda: terminal_size((width, 24)))
        with pytest.raises(SystemExit) as ended:
            main(["list", *args])
        assert ended.value.code == 0
        return capsys.readouterr().out.splitlines()

    return show


def test_tables_fit_a_terminal(table: Table, write: Write) -> None:
    """There, cells are cut; in a pipe nothing is."""
    entry = "{module: tests.cli.modules.Words, name: a-long-name-of-a-module}"
    asked = ("--fields", "hook,module,number", "--hook", "check_comment")
    args = (*asked, write(f"{HEAD}modules: [{entry}]"))
    assert table(40, *args) == [
        "HOOK             MODULE           NUMBER",
        "comments.check…  a-long-name-of…  1",
    ]
    assert table(5, *args) == [
        "HOOK      MODULE    NUMBER",
        "comment…  a-long-…  1",
    ]
    assert run("list", *args).stdout.endswith("a-long-name-of-a-module  1\n")
    fields = ("--view", "hooks", "--fields", "hook,callback,on_error")
    assert max(map(len, table(60, *fields, write(FILE)))) <= 60


@pytest.mark.parametrize(
    ("view", "field", "entry", "expected"),
    [
        ("hooks", "key", {}, "-"),
        ("modules", "optional", {"optional": True}, "yes"),
        ("modules", "optional", {}, "no"),
        ("modules", "paths", {}, "-"),
        ("modules", "paths", {"config": {"paths": ["/b", "/a"]}}, "/b, /a"),
        ("modules", "timeout_seconds", {"timeout": "2s"}, "2 (module)"),
        ("modules", "timeout_seconds", {}, "none (host)"),
        ("hooks", "on_error", {"on_error": "raise"}, "raise (module)"),
        (
            "hooks",
            "on_error",
            {"on_error": {"error": "raise"}},
            "unavailable: fail (spec), timeout: fail (spec), error: raise (module)",
        ),
    ],
)
def test_cells_are_one_line_of_text(
    view: str, field: str, entry: dict[str, Any], expected: str, write: Write
) -> None:
    """Whatever a value is."""
    file = write(file_of({"module": Asking, "name": "a", **entry}, categories=[Comments]))
    result = run("list", "--view", view, "--fields", field, file)
    assert result.stdout.splitlines()[1] == expected


def test_a_key_of_two_lines_is_one_cell(write: Write) -> None:
    """A module may write anything there."""
    file = write(file_of({"module": Knocked, "name": "a"}, categories=[Doors]))
    assert run("list", "--fields", "key", file).stdout.splitlines() == ["KEY", "a \\x1bb"]


class Knocked:
    """Opens a door with an odd name."""

    def __init__(self, config: object, api: ModuleApi) -> None:
        api.register(Doors, on_knock={"a\n\x1bb": self.open})

    async def open(self, door: str) -> None: ...


class Asking:
    """Checks comments, and has the pages of its config."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register(Comments, check_comment=FUNCTIONS[config.get("function", 0)])
        for path in config.get("paths", ()):
            api.register_web_resource(path, Resource())


def plain(author: str) -> None: ...


@functools.wraps(plain)
def wrapped(author: str) -> None: ...


class Called:
    def __call__(self, author: str) -> None: ...


FUNCTIONS: list[Any] = [
    *(plain, functools.partial(plain), wrapped, functools.partial(wrapped)),
    *(Called(), Called().__call__, print),
]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        *((number, plain) for number in range(4)),
        *((number, Called.__call__) for number in (4, 5)),
        (6, None),
    ],
)
def test_places_of_all_kinds_of_callbacks_are_found(number: int, code: Any, write: Write) -> None:
    """Functions, methods, partial ones, wrapped ones, objects; builtins have none."""
    entry = {"module": Asking, "config": {"function": number}}
    first, _ = rows("--view", "hooks", write(file_of(entry, categories=[Comments])))
    place = code and f"test_list_command.py:{code.__code__.co_firstlineno}"
    assert (first["callback"] or "").rpartition("/")[2] == (place or "")


def test_secrets_are_in_no_cell(write: Write, tmp_path: Path) -> None:
    """Not even if a module is called as one."""
    (tmp_path / "secret").write_text("casino-royale")
    file = write(f"{HEAD}modules: [{{module: tests.cli.modules.Words, name: !file secret}}]")
    for form in ("table", "json"):
        result = run("list", "--view", "modules", "--format", form, file)
        assert "casino-royale" not in result.stdout
        assert "[redacted]" in result.stdout

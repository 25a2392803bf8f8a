"""`hostkit list`: views, filters, fields, and what is installed."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import HEAD, file_of, run
from tests.cli.documents import read
from tests.cli.modules import Comments, Doors
from tests.loading.conftest import lonely_site, site  # noqa: F401 -- fixtures

if TYPE_CHECKING:
    from hostkit import ModuleApi
    from tests.files import Write
    from tests.loading.conftest import Site

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


def test_a_host_without_categories_says_how_to_get_some(
    write: Write,
    lonely_site: Site,  # noqa: F811
) -> None:
    """The message says where categories come from."""
    assert lonely_site.folder.exists()
    said = "no categories of hooks: none is named under `hostkit: categories:` or installed\n"
    assert run("list", write("modules: []")).stdout == said


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
        (("--category", "x"), "there is comments or doors"),
        (("--sort", "nmae"), "--sort: nothing is called 'nmae' here"),
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
    """Checks comments with a function of some kind."""

    def __init__(self, config: dict[str, int], api: ModuleApi) -> None:
        api.register(Comments, check_comment=FUNCTIONS[config["function"]])


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


def test_secrets_are_in_no_cell(write: Write, tmp_path: Path) -> None:
    """Not even if a module is called as one."""
    (tmp_path / "secret").write_text("casino-royale")
    file = write(f"{HEAD}modules: [{{module: tests.cli.modules.Words, name: !file secret}}]")
    for form in ("table", "json"):
        result = run("list", "--view", "modules", "--format", form, file)
        assert "casino-royale" not in result.stdout
        assert "[redacted]" in result.stdout

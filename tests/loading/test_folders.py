from __future__ import annotations

import asyncio
import queue
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hostkit import ConfigErrors, Host
from hostkit.errors import Problem
from hostkit.loading import CATEGORIES, MODULES

from .conftest import CATEGORY, CLASS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the folder of a config file, which is not the current one."""
    monkeypatch.setattr("sys.path", list(sys.path))
    (tmp_path / "etc").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    before = set(sys.modules)
    yield tmp_path / "etc"
    for name in set(sys.modules) - before:
        if str(tmp_path) in (getattr(sys.modules[name], "__file__", None) or ""):
            del sys.modules[name]


def _host(folder: Path, text: str, **options: Any) -> Host:
    path = folder / "host.yaml"
    path.write_text(text)
    return Host.from_file(path, **{"categories": [], **options})


def _problem(host: Host) -> Problem:
    with pytest.raises(ConfigErrors) as caught:
        host.build()
    (problem,) = caught.value.problems
    return problem


def _added(before: list[str]) -> list[str]:
    return sys.path[: len(sys.path) - len(before)]


def test_modules_are_found_in_the_files_folders(folder: Path) -> None:
    """Relative ones start at the file; they come first, in their order, and stay there."""
    (folder / "near_pkg.py").write_text(CLASS.format("Near"))
    (folder / "own").mkdir()
    (folder / "own" / "own_pkg.py").write_text(CLASS.format("Own"))
    before = list(sys.path)
    text = "modules: [{module: near_pkg.Near}, {module: own_pkg.Own}]\n"
    host = _host(folder, f"{text}hostkit: {{path: [., own]}}\n").build()
    assert [module.name for module in host.modules] == ["near_pkg.Near", "own_pkg.Own"]
    assert _added(before) == [str(folder), str(folder / "own")]


def test_a_hosts_own_folders_come_first(folder: Path) -> None:
    """They start at the current folder, and may be given in several forms."""
    for place in (folder, Path("mine")):
        place.mkdir(exist_ok=True)
        (place / "both_pkg.py").write_text(CLASS.format("Both"))
    before = list(sys.path)
    text = "modules: [{module: both_pkg.Both}]\nhostkit: {path: [.]}\n"
    _host(folder, text, module_path=["mine", Path("mine"), folder]).build()
    assert _added(before) == [str(Path("mine").absolute()), str(folder)]
    assert sys.modules["both_pkg"].__file__ == str(Path("mine/both_pkg.py").absolute())


def test_no_folder_is_there_twice(folder: Path) -> None:
    """Neither for a second host nor if Python knows it under another name."""
    (folder / "twice_pkg.py").write_text(CLASS.format("Twice"))
    (folder.parent / "link").symlink_to(folder)
    sys.path.append(str(folder.parent / "link"))
    before = list(sys.path)
    text = "modules: [{module: twice_pkg.Twice}]\nhostkit: {path: [., ., ../etc]}\n"
    for _ in range(2):
        _host(folder, text).build()
    assert sys.path == before


def test_a_host_that_is_not_built_leaves_nothing(folder: Path) -> None:
    """What was added for it is removed again."""
    before = list(sys.path)
    problem = _problem(_host(folder, "modules: [{module: no_pkg.A}]\nhostkit: {path: [.]}\n"))
    assert (problem.code, sys.path) == ("HK101", before)


def test_all_missing_folders_are_reported(folder: Path) -> None:
    """Those of the file with their places; nothing is imported."""
    (folder / "file").write_text("")
    host = _host(folder, "hostkit:\n  path:\n  - none\n  - .\n  - file\n", module_path=["gone"])
    with pytest.raises(ConfigErrors) as caught:
        host.build()
    place = folder / "host.yaml"
    assert [
        (each.code, each.message.partition("modules ")[2], str(each.place))
        for each in caught.value.problems
    ] == [
        ("HK112", f"{str(Path('gone').absolute())!r} does not exist", f"{place}:1:1"),
        ("HK112", f"{str(folder / 'none')!r} does not exist", f"{place}:3:5"),
        ("HK112", f"{str(folder / 'file')!r} is not a folder", f"{place}:5:5"),
    ]


def test_categories_and_packages_are_found_there(folder: Path) -> None:
    """The folders are searched for installed packages as well, as all on the path are."""
    (folder / "cat_pkg.py").write_text(CATEGORY)
    (folder / "mod_pkg.py").write_text(CLASS.format("Words"))
    info = folder / "mine-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: mine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[{MODULES}]\nmy-words = mod_pkg:Words\n[{CATEGORIES}]\nmy-notes = cat_pkg:Notes\n"
    )
    text = "modules: [{module: my-words}]\nhostkit: {path: [.], categories: [my-notes]}\n"
    host = _host(folder, text, categories=None).build()
    assert [category.name for category in host.categories] == ["notes"]
    assert [module.name for module in host.modules] == ["my-words"]


def test_a_reload_takes_new_folders_and_files(folder: Path) -> None:
    """A folder that is named anew is searched, and so are new files in old ones."""
    (folder / "old_pkg.py").write_text(CLASS.format("Old"))

    async def scenario() -> list[str]:
        text = "modules: [{module: old_pkg.Old}]\nhostkit: {path: [.]}\n"
        async with _host(folder, text) as host:
            (folder / "late_pkg.py").write_text(CLASS.format("Late"))
            (folder / "more").mkdir()
            (folder / "more" / "more_pkg.py").write_text(CLASS.format("More"))
            (folder / "host.yaml").write_text(
                "modules: [{module: late_pkg.Late}, {module: more_pkg.More}]\n"
                "hostkit: {path: [., more]}\n"
            )
            await host.reload()
            return [module.name for module in host.modules]

    assert asyncio.run(scenario()) == ["late_pkg.Late", "more_pkg.More"]


def test_two_hosts_cannot_get_each_others_modules(folder: Path) -> None:
    """Python has each name once: the second host would silently get what the first has."""
    for name in ("one", "other"):
        (folder / name).mkdir()
        (folder / name / "shared_pkg.py").write_text(CLASS.format("Filter"))
    text = "modules: [{{module: shared_pkg.Filter}}]\nhostkit: {{path: [{}]}}\n"
    _host(folder, text.format("one")).build()
    problem = _problem(_host(folder, text.format("other")))
    assert problem.code == "HK113"
    assert f"{folder / 'other' / 'shared_pkg.py'} cannot be imported" in problem.message
    assert f"since {folder / 'one' / 'shared_pkg.py'} has its name" in problem.message
    # Before it is imported, too, if the first host's folder comes first.
    for name in ("one", "other"):
        (folder / name / "unused_pkg.py").write_text(CLASS.format("Filter"))
    sys.path.remove(str(folder / "one"))
    sys.path[:0] = [str(folder / "one"), str(folder / "other")]
    text = text.replace("shared_pkg", "unused_pkg")
    assert _problem(_host(folder, text.format("other"))).code == "HK113"
    assert "unused_pkg" not in sys.modules


@pytest.mark.parametrize(
    ("name", "hider"),
    [
        ("queue", f"since {queue.__file__} has its name"),
        ("sys", "since the module 'sys' of Python itself has its name"),
    ],
)
def test_a_module_must_not_have_the_name_of_pythons_own(
    folder: Path, name: str, hider: str
) -> None:
    """The message says why it is not found, which is hard to see otherwise."""
    (folder / f"{name}.py").write_text(CLASS.format("Filter"))
    text = f"modules: [{{module: {name}.Filter}}]\nhostkit: {{path: [.]}}\n"
    problem = _problem(_host(folder, text))
    assert (problem.code, hider in problem.message) == ("HK113", True)
    categories = f"hostkit: {{path: [.], categories: [{name}.Filter]}}\n"
    assert _problem(_host(folder, categories, categories=None)).code == "HK113"


def test_a_folder_without_init_is_not_hidden(folder: Path) -> None:
    """Python joins such folders of one name."""
    (folder / "joined").mkdir()
    (folder / "joined" / "part.py").write_text(CLASS.format("Part"))
    text = "modules: [{module: joined.part.Part}]\nhostkit: {path: [.]}\n"
    assert len(_host(folder, text).build().modules) == 1


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("near_pkg.py", "."),
        ("near_pkg/__init__.py", "."),
        ("local/near_pkg.py", "local"),
    ],
)
def test_the_hint_says_where_a_module_stands(folder: Path, file: str, path: str) -> None:
    """Beside the config file, or in a folder there: both ways to have it found are shown."""
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(CLASS.format("Near"))
    text = "modules:\n- module: near_pkg.Near\n"
    problem = _problem(_host(folder, text))
    assert problem.code == "HK101"
    assert problem.hint == (
        f"{folder / file} is there: write `hostkit: path: [{path}]`, "
        f"or call the command with `--path {folder / path}`"
    )
    _host(folder, f"{text}hostkit: {{path: [{path}]}}\n").build()


def test_the_hint_finds_modules_in_the_current_folder(folder: Path) -> None:
    """Which is where they are tried out."""
    Path("sub").mkdir()
    Path("sub/here_pkg.py").write_text(CLASS.format("Here"))
    problem = _problem(_host(folder, "modules: [{module: sub.here_pkg.Here}]\n"))
    here = Path("sub/here_pkg.py").absolute()
    assert problem.hint == f"{here} is there: call the command with `--path .`"
    text = "hostkit: {categories: [sub.here_pkg.Here]}\n"
    assert _problem(_host(folder, text, categories=None)).hint == problem.hint

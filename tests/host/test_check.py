from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hostkit.errors import ConfigErrors
from hostkit.host import build_from_file
from hostkit.rules import Notify
from hostkit.specs import Category, hookspec

if TYPE_CHECKING:
    from pathlib import Path


class Doors(Category):
    """Callbacks about doors."""

    @hookspec(Notify())
    async def on_door_opened(self, door: str) -> None:
        """Called after a door was opened."""


class Doors2(Category):
    """Another category with the same hook."""

    @hookspec(Notify())
    async def on_door_opened(self, door: str) -> None:
        """Called after a door was opened."""


_CODE = """
class Fine:
    def __init__(self, config, api): pass

class Broken:
    def __init__(self, config, api): raise ValueError("no")
"""


def _write(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    (folder / "check_modules.py").write_text(_CODE, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    file = folder / "host.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def _codes(file: Path, *categories: type[Category]) -> list[tuple[str, int | None]]:
    with pytest.raises(ConfigErrors) as caught:
        build_from_file(file, categories=categories)
    return [
        (problem.code, problem.place.line if problem.place is not None else None)
        for problem in caught.value.problems
    ]


def test_a_right_file_gives_a_built_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with nothing wrong in it gives a host that is built."""
    file = _write(tmp_path, "modules: [{module: check_modules.Fine}]", monkeypatch)
    host = build_from_file(file, categories=[Doors])
    assert ["check_modules.Fine"] == [module.name for module in host.modules]


def test_wrong_entries_and_broken_modules_are_told_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Modules whose entries are right are loaded to tell what is wrong with them, in file order."""
    text = (
        "modules:\n"
        "  - {module: check_modules.Broken}\n"
        "  - {module: check_modules.Fine, timeout: 5}\n"
        "  - {module: check_modules.Missing}\n"
        "  - {module: check_modules.Fine, config: !env NOT_SET_ANYWHERE}\n"
    )
    expected = [("HK107", 2), ("HK025", 3), ("HK103", 4), ("HK051", 5)]
    assert expected == _codes(_write(tmp_path, text, monkeypatch), Doors)


def test_wrong_settings_are_told_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With wrong settings no module is loaded, since it might fail only because of them."""
    text = "modules: [{module: check_modules.Broken}]\nhostkit: {timing: often}\n"
    assert [("HK023", 2)] == _codes(_write(tmp_path, text, monkeypatch), Doors)


def test_a_list_of_modules_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something else than a list of modules is one problem."""
    assert [("HK020", 1)] == _codes(_write(tmp_path, "modules: 5", monkeypatch), Doors)


def test_clashing_categories_are_a_problem_too(tmp_path: Path) -> None:
    """Installed categories that cannot live together are told like any other problem."""
    (tmp_path / "host.yaml").write_text(
        f"hostkit: {{categories: [{__name__}.Doors, {__name__}.Doors2]}}", encoding="utf-8"
    )
    with pytest.raises(ConfigErrors) as caught:
        build_from_file(tmp_path / "host.yaml")
    assert ["HK305"] == [problem.code for problem in caught.value.problems]

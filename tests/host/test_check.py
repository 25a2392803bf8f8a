from __future__ import annotations

from pathlib import Path

import pytest

from hostkit.api import ModuleApi
from hostkit.errors import ConfigErrors, Problem
from hostkit.host import build_from_file
from hostkit.loading import CATEGORIES

from .conftest import Comments, Names, Site, Words

WORDS = f"{Words.__module__}.Words"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a config file that is not written yet."""
    return tmp_path / "host.yaml"


def _problems(path: Path, text: str) -> tuple[Problem, ...]:
    path.write_text(text)
    with pytest.raises(ConfigErrors) as caught:
        build_from_file(path, categories=[Comments])
    return caught.value.problems


def test_a_right_file_gives_a_built_host(path: Path) -> None:
    """What comes back is the host, with the categories and the api class that were given."""

    class HostApi(ModuleApi):
        pass

    path.write_text(f"modules:\n- module: {WORDS}\n  name: words\n")
    host = build_from_file(path, categories=[Comments], api_class=HostApi)
    assert [module.name for module in host.modules] == ["words"]
    assert host.categories == (Comments,)
    assert isinstance(host.modules[0].instance.api, HostApi)


def test_file_and_modules_are_reported_in_one_run(path: Path) -> None:
    """A wrong entry does not hide a right entry whose module is wrong; the file's order counts."""
    problems = _problems(
        path,
        f"""\
modules:
- module: missing_pkg.First
- module: {WORDS}
  enabeld: true
- module: {WORDS}
- module: missing_pkg.Last
""",
    )
    assert [(problem.code, problem.place and problem.place.line) for problem in problems] == [
        ("HK101", 2),
        ("HK021", 4),
        ("HK101", 6),
    ]


def test_wrong_settings_are_reported_alone(path: Path) -> None:
    """Modules are not loaded by settings that are wrong, since these could make them so."""
    problems = _problems(path, "modules:\n- module: missing_pkg.Words\nhostkit: {categories: 5}\n")
    assert {problem.path[0] for problem in problems} == {"hostkit"}


def test_categories_that_clash_are_a_problem(site: Site, path: Path) -> None:
    """Installed categories that cannot live in one host are reported with everything else."""
    site.write(
        "clashing_pkg.py",
        """
        from hostkit import Category, hookspec, rules

        class Names(Category):
            @hookspec(rules.Notify())
            async def on_name(self) -> None:
                '''Called.'''
        """,
    )
    site.install("one", CATEGORIES, one="clashing_pkg:Names")
    site.install("two", CATEGORIES, two=f"{Names.__module__}:Names")
    path.write_text("modules: []\n")
    with pytest.raises(ConfigErrors) as caught:
        build_from_file(path)
    assert [problem.code for problem in caught.value.problems] == ["HK307"]

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hostkit.config import from_mapping, load
from hostkit.errors import ConfigErrors, Problem
from hostkit.loading import CATEGORIES, Environment, load_categories

from .conftest import Site

SOURCE = """
from hostkit import Category, hookspec, rules

class {name}(Category):
    @hookspec(rules.Notify())
    async def on_{name}(self) -> None:
        '''Called.'''
"""


def _write(site: Site) -> None:
    site.write("cat_pkg.py", SOURCE.format(name="First") + SOURCE.format(name="Second"))


def _names(hostkit: dict[str, Any]) -> list[str]:
    return [one.name for one in load_categories(from_mapping({"hostkit": hostkit}), Environment())]


def _problems(hostkit: dict[str, Any]) -> tuple[Problem, ...]:
    with pytest.raises(ConfigErrors) as caught:
        load_categories(from_mapping({"hostkit": hostkit}), Environment())
    return caught.value.problems


def test_installed_categories_are_the_default(lonely_site: Site) -> None:
    """If the file names none, all that are installed are loaded, in the order of their names."""
    _write(lonely_site)
    lonely_site.install("cats", CATEGORIES, second="cat_pkg:Second", first="cat_pkg:First")
    assert _names({}) == ["first", "second"]


def test_a_category_installed_twice_is_loaded_once(lonely_site: Site) -> None:
    """It does not matter how many packages or names offer the same class."""
    _write(lonely_site)
    lonely_site.install("cats", CATEGORIES, first="cat_pkg:First", again="cat_pkg:First")
    lonely_site.install("same", CATEGORIES, first="cat_pkg:First")
    assert _names({}) == ["first"]


def test_named_categories_are_all(site: Site) -> None:
    """If the file names some, by entry point or path, these are loaded and no others."""
    _write(site)
    site.install("cats", CATEGORIES, first="cat_pkg:First", bad="missing_pkg:Bad")
    assert _names({"categories": ["cat_pkg.Second", "first"]}) == ["second", "first"]
    assert _names({"categories": []}) == []


def test_broken_categories_are_all_reported(site: Site, tmp_path: Path) -> None:
    """Each category that cannot be had is a problem with its place in the file."""
    _write(site)
    path = tmp_path / "host.yaml"
    path.write_text("hostkit:\n  categories:\n  - cat_pkg.Frist\n  - cat_pkg.First\n  - zzz\n")
    with pytest.raises(ConfigErrors) as caught:
        load_categories(load(path), Environment())
    first, second = caught.value.problems
    assert (first.code, first.message, first.hint) == (
        "HK109",
        "category 'cat_pkg.Frist' cannot be loaded: Python module cat_pkg has no 'Frist'",
        "did you mean 'First'?",
    )
    assert (str(first.place), str(second.place)) == (f"{path}:3:5", f"{path}:5:5")
    assert second.path == ("hostkit", "categories", 2)


def test_what_is_not_a_category_is_reported(site: Site) -> None:
    """A class that declares no hooks is reported like one that cannot be found."""
    site.write("nocat_pkg.py", "from hostkit import Category\nclass Empty(Category): ...\nx = 1\n")
    empty, number = _problems({"categories": ["nocat_pkg.Empty", "nocat_pkg.x"]})
    assert "category Empty declares no hooks" in empty.message
    assert empty.hint == "mark its methods with @hookspec(rules.…)"
    assert (number.code, number.expected) == ("HK109", "a subclass of hostkit.Category")


def test_a_broken_installed_category_is_reported(site: Site) -> None:
    """Without a place in the file the problem points to the settings."""
    site.install("cats", CATEGORIES, bad="missing_pkg:Bad")
    (problem,) = _problems({})
    assert problem.path == ("hostkit",)
    assert "there is no Python module 'missing_pkg'" in problem.message

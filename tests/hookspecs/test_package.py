"""The package as a whole: every category is found, documented and tested."""

from __future__ import annotations

import re
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from twisted.web.resource import Resource

import hookspecs
from hostkit import Category, ConfigErrors, Host, ModuleApi
from tests.tracked import tracked


def test_all_categories_live_in_one_host() -> None:
    """A host can be built with everything that the package has."""
    host = Host(categories=hookspecs.CATEGORIES).build()
    assert host.categories == hookspecs.CATEGORIES


class Page:
    """Serves something at the path that its config names."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register_web_resource(config["path"], Resource())


def build(path: str) -> Host:
    """Build a homeserver with a module that serves a path."""
    return Host.from_config(
        {"modules": [{"module": Page, "name": "page", "config": {"path": path}}]},
        categories=hookspecs.CATEGORIES,
        reserved_paths=hookspecs.RESERVED_PATHS,
        recommended_path=hookspecs.RECOMMENDED_PATH,
    ).build()


@pytest.mark.parametrize("path", ["/_matrix", "/_matrix/client/v3/login"])
def test_what_is_the_homeservers_own_is_reserved(path: str) -> None:
    """No module gets between clients and the homeserver."""
    with pytest.raises(ConfigErrors, match="/_matrix is reserved by the host"):
        build(path)


def test_a_path_for_modules_is_recommended(caplog: pytest.LogCaptureFixture) -> None:
    """Elsewhere a module is served with a warning."""
    assert "/_synapse/client/words" in build("/_synapse/client/words").mounts
    assert caplog.messages == []
    assert "/words" in build("/words").mounts
    assert "outside of /_synapse/client" in caplog.text


def test_all_categories_are_installed() -> None:
    """Commands find each by its name, without configuration."""
    points = distribution("hostkit-framework").entry_points.select(group="hostkit.categories")
    found = {point.name: point.load() for point in points}
    assert found == {category.name: category for category in hookspecs.CATEGORIES}


def test_the_package_exports_what_it_says() -> None:
    """Modules import from `hookspecs`, wherever a name is defined."""
    assert [name for name in hookspecs.__all__ if not hasattr(hookspecs, name)] == []


def test_the_names_are_sorted() -> None:
    """Constants, then classes, each in order, so that two additions do not conflict."""
    names = sorted(hookspecs.__all__, key=lambda name: (not name.isupper(), name))
    assert hookspecs.__all__ == names


PAGES = Path(__file__).parents[2] / "docs" / "categories"

categories = pytest.mark.parametrize(
    "category", hookspecs.CATEGORIES, ids=[category.name for category in hookspecs.CATEGORIES]
)


@categories
def test_every_category_has_a_page(category: type[Category]) -> None:
    """The page is called like the category, and is written from its hookspecs."""
    page = (PAGES / f"{category.name}.md").read_text("utf-8")
    path = f"hookspecs.{category.__qualname__}"
    assert page == f"```{{hookspecs}} {path}\n```\n"


def test_every_page_is_listed() -> None:
    """The pages, and the list of them, are those of the categories, in their order."""
    listed = (PAGES / "index.md").read_text("utf-8").partition(":maxdepth: 1")[2]
    names = [category.name for category in hookspecs.CATEGORIES]
    assert re.findall(r"^\w+$", listed, re.MULTILINE) == names
    assert {page.stem for page in tracked("docs/categories", suffix=".md")} == {*names, "index"}


@categories
def test_every_hook_is_tested(category: type[Category]) -> None:
    """Each hook is mentioned by name in a test of this folder."""
    files = [file for file in tracked("tests/hookspecs") if file != Path(__file__)]
    words = set(re.findall(r"\w+", "\n".join(file.read_text("utf-8") for file in files)))
    assert set(category.hookspecs) - words == set()


def test_every_characteristic_behaviour_is_tested() -> None:
    """Each of the thirty has its number in the names of its tests."""
    text = "\n".join(file.read_text("utf-8") for file in tracked("tests/hookspecs"))
    numbers = {int(number) for number in re.findall(r"def test_h1_(\d\d)_", text)}
    assert numbers == set(range(1, 31))

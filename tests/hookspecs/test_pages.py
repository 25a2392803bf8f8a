"""Every category is documented, and every hook is tested."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import hookspecs
from tests.tracked import tracked

if TYPE_CHECKING:
    from hostkit import Category

PAGES = Path(__file__).parents[2] / "docs" / "categories"

categories = pytest.mark.parametrize(
    "category", hookspecs.CATEGORIES, ids=[category.name for category in hookspecs.CATEGORIES]
)


@categories
def test_every_category_has_a_page(category: type[Category]) -> None:
    """The page is called like the category, and is written from its hookspecs."""
    page = (PAGES / f"{category.name}.md").read_text("utf-8")
    path = f"{category.__module__}.{category.__qualname__}"
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
    assert set() == set(category.hookspecs) - words


def test_every_telling_behaviour_is_tested() -> None:
    """Each of the thirty has its number in the names of its tests."""
    text = "\n".join(file.read_text("utf-8") for file in tracked("tests/hookspecs"))
    numbers = {int(number) for number in re.findall(r"def test_h1_(\d\d)_", text)}
    assert set(range(1, 31)) == numbers

from __future__ import annotations

from typing import Any

import pytest

from hostkit import ConfigErrors
from hostkit.config import from_mapping
from hostkit.loading import CATEGORIES, MODULES, Environment, load_categories

from .conftest import CATEGORY, CLASS, Site, class_of, problem_of


@pytest.mark.usefixtures("two")
def test_a_name_that_two_packages_offer_is_refused() -> None:
    """Which folder comes first does not decide: the error names both, with their versions."""
    problem = problem_of("words")
    assert problem.code == "HK111"
    for part in ("'words' is ambiguous", "Word-Filter 1.0", "other 2.1"):
        assert part in problem.message
    assert set(problem.details) == {
        "Word-Filter 1.0 offers one_pkg:One",
        "other 2.1 offers other_pkg:Other",
    }
    assert set((problem.expected or "").split(" or ")) == {"Word-Filter:words", "other:words"}


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Word-Filter:words", "One"),
        ("word_filter:words", "One"),
        ("other:words", "Other"),
        ("mine", "One"),
        ("one_pkg.One", "One"),
    ],
)
def test_the_package_chooses(name: str, found: str) -> None:
    """``PACKAGE:NAME`` is always clear, however the package's name is written."""
    assert class_of(name) == found


@pytest.mark.usefixtures("two")
def test_what_a_package_does_not_offer_is_not_found() -> None:
    """A wrong name behind a package gets the right ones, and so does a wrong package."""
    wrong_name = problem_of("word-filter:wrods")
    assert (wrong_name.code, wrong_name.hint) == (
        "HK108",
        "this package offers: Word-Filter:mine, Word-Filter:words",
    )
    assert wrong_name.expected == ("a dotted path, or one of: Word-Filter:words, mine, other:words")
    assert problem_of("othr:words").hint == "did you mean 'other:words'?"


def test_no_package_can_take_the_full_name_of_another(two: Site) -> None:
    """An entry point called ``other:words`` does not get in the way of that of ``other``."""
    info = two.folder / "thief-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: thief\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[hostkit.modules]\nother:words = one_pkg:One\n")
    assert class_of("other:words") == "Other"


def test_the_same_class_by_the_same_name_is_clear(two: Site) -> None:
    """Two packages may offer one thing, as the old and the new name of a package do."""
    two.install("old-name", MODULES, same="one_pkg:One")
    two.install("new-name", MODULES, same="one_pkg : One [extra]")
    assert class_of("same") == "One"


def test_one_package_that_offers_two_things_by_one_name(two: Site) -> None:
    """Only the dotted path is left to choose by."""
    points = "[hostkit.modules]\ntwice = one_pkg:One\ntwice = other_pkg:Other\n"
    two.install("careless", MODULES)
    (two.folder / "careless-1.0.dist-info" / "entry_points.txt").write_text(points)
    problem = problem_of("twice")
    assert (problem.code, problem.expected) == ("HK111", "the dotted path of the class")


def test_a_name_that_is_the_path_of_another_class_is_refused(two: Site) -> None:
    """A package cannot take the place of a class that the file names by its path."""
    two.install("thief", MODULES, **{"one_pkg.One": "other_pkg:Other"})
    problem = problem_of("one_pkg.One")
    assert problem.code == "HK111"
    assert problem.message == (
        "module 'one_pkg.One' cannot be loaded: 'one_pkg.One' is ambiguous: "
        "it is offered by thief 1.0, and is the dotted path of another class"
    )
    assert problem.expected == "thief:one_pkg.One"
    assert class_of("thief:one_pkg.One") == "Other"


def test_a_name_may_look_like_a_path(two: Site) -> None:
    """A dot in a name is nothing special if no other class has that path."""
    names = {
        "one_pkg.One": "one_pkg:One",  # its own path
        "other_pkg.nothing": "other_pkg:Other",
        "no_such_pkg.Words": "other_pkg:Other",
        "folder_pkg.words": "folder_pkg.words:Words",  # a Python module, imported by then
        ".dots..": "other_pkg:Other",
    }
    two.write("folder_pkg/__init__.py", "")
    two.write("folder_pkg/words.py", CLASS.format("Words"))
    two.install("dotted", MODULES, **names)
    assert [class_of(name) for name in names] == ["One", "Other", "Other", "Words", "Other"]


def test_a_path_that_cannot_be_imported_is_refused_too(two: Site) -> None:
    """If importing the path raises, its class may well be meant."""
    two.write("raising_pkg.py", "raise RuntimeError('no')")
    two.install("dotted", MODULES, **{"raising_pkg.Words": "other_pkg:Other"})
    assert problem_of("raising_pkg.Words").code == "HK111"


def test_categories_are_chosen_in_the_same_way(lonely_site: Site) -> None:
    """Two packages with one category are refused, by name and where all are loaded."""
    lonely_site.write("one_cat.py", CATEGORY)
    lonely_site.write("other_cat.py", CATEGORY)
    lonely_site.install("one", CATEGORIES, notes="one_cat:Notes")
    lonely_site.install("other", CATEGORIES, notes="other_cat:Notes")

    def load(**hostkit: Any) -> list[str]:
        file = from_mapping({"hostkit": hostkit})
        return [each.__module__ for each in load_categories(file, Environment())]

    assert load(categories=["other:notes"]) == ["other_cat"]
    for settings in ({}, {"categories": ["notes"]}):
        with pytest.raises(ConfigErrors, match=r"one 1[.]0") as caught:
            load(**settings)
        (problem,) = caught.value.problems
        assert (problem.code, "other 1.0" in problem.message) == ("HK111", True)

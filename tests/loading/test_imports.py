from __future__ import annotations

import sys
from typing import Any

import attrs
import pytest

from hostkit.errors import Problem
from hostkit.loading import MODULES

from .conftest import CLASS, Site, build_class, problem_of


def find(name: str) -> Any:
    """Build a module, and give its class."""
    return type(build_class(name).instance)


def refusal_of(name: str) -> Problem:
    """Build a module that cannot be found; give the problem, without which module it is."""
    problem = problem_of(name)
    start = f"module {name!r} cannot be loaded: "
    assert problem.message.startswith(start)
    return attrs.evolve(problem, message=problem.message.removeprefix(start), path=(), place=None)


def test_a_dotted_path_is_imported(site: Site) -> None:
    """The last name is looked up in the module that the others name."""
    site.write("dotted_pkg/__init__.py", "")
    site.write("dotted_pkg/words.py", CLASS.format("Words"))
    found = find("dotted_pkg.words.Words")
    assert found is sys.modules["dotted_pkg.words"].Words


def test_module_names_may_have_hyphens(site: Site) -> None:
    """Some packages cannot be imported by a statement, but can be named in the file."""
    site.write("room-rules/__init__.py", CLASS.format("Rules"))
    site.write("room-rules/more-rules.py", CLASS.format("More"))
    site.install("rules", MODULES, rules="room-rules:Rules")
    assert find("room-rules.Rules").__name__ == "Rules"
    assert find("room-rules.more-rules.More").__name__ == "More"
    assert find("rules").__name__ == "Rules"


def test_entry_points_are_found_by_name(site: Site) -> None:
    """An entry point names a class, which may be nested, perhaps with extras."""
    site.write(
        "point_pkg.py",
        """
        class Outer:
            def __init__(self, config, api): ...
            class Inner:
                def __init__(self, config, api): ...
        """,
    )
    site.install(
        "points",
        MODULES,
        words="point_pkg : Outer.Inner [fast]",
        whole="point_pkg",
        **{"with.dot": "point_pkg:Outer"},
    )
    assert find("words").__qualname__ == "Outer.Inner"
    assert repr(sys.modules["point_pkg"]) in problem_of("whole").message
    assert find("with.dot").__qualname__ == "Outer"


def test_only_the_named_entry_point_is_loaded(site: Site) -> None:
    """What is installed but not named is never run, whatever it would do."""
    site.write("wanted_pkg.py", CLASS.format("Words"))
    site.write("unlisted_pkg.py", "raise SystemExit('should never run')")
    site.install("wanted", MODULES, words="wanted_pkg:Words")
    site.install("unlisted", MODULES, others="unlisted_pkg:Others")
    find("words")
    assert refusal_of("otherz").code == "HK108"
    assert "unlisted_pkg" not in sys.modules


def test_entry_points_of_other_groups_do_not_count(site: Site) -> None:
    """A name is looked up in one group."""
    site.install("elsewhere", "hostkit.categories", words="elsewhere_pkg:Words")
    assert refusal_of("words").code == "HK108"


def test_an_unknown_entry_point_gets_a_hint(lonely_site: Site) -> None:
    """The error for a misspelt name lists what is installed and what was probably meant."""
    lonely_site.install("points", MODULES, wordfilter="p:A", shouting="p:B")
    assert refusal_of("wordfiltr").render() == (
        "HK108 no installed package offers 'wordfiltr' (entry point group hostkit.modules)\n"
        "  = expected: a dotted path, or one of: shouting, wordfilter\n"
        "  = hint: did you mean 'wordfilter'?"
    )
    assert refusal_of("zzz").hint == "is its package installed here?"


def test_without_installed_modules_only_a_path_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no package offers anything, only a dotted path is expected."""
    monkeypatch.setattr("sys.path", [])
    assert refusal_of("words").expected == "a dotted path"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("wordfilter:WordFilter", "did you mean 'wordfilter.WordFilter'?"),
        ("a.b:C", "did you mean 'a.b.C'?"),
        (".words.Words", "no part of a dotted path is empty"),
        ("words.", "no part of a dotted path is empty"),
        ("words..Words", "no part of a dotted path is empty"),
    ],
)
def test_what_is_not_a_dotted_path_gets_a_hint(name: str, hint: str) -> None:
    """Common ways to miswrite a path have hints of their own, and nothing is imported."""
    problem = refusal_of(name)
    assert (problem.code, problem.hint) == ("HK108", hint)


@pytest.mark.parametrize(
    ("name", "missing", "details"),
    [
        ("missing_pkg.Words", "missing_pkg", ("looked for missing_pkg.Words",)),
        ("half_pkg.missing.Words", "half_pkg.missing", ("looked for half_pkg.missing.Words",)),
    ],
)
def test_a_missing_python_module_is_named(
    site: Site, name: str, missing: str, details: tuple[str, ...]
) -> None:
    """The message names the part of the path that is not there."""
    site.write("half_pkg/__init__.py", "")
    problem = refusal_of(name)
    assert (problem.code, problem.message) == ("HK101", f"there is no Python module {missing!r}")
    assert problem.details == details
    assert "its package installed here" in (problem.hint or "")


def test_a_missing_entry_point_target_needs_no_second_naming(site: Site) -> None:
    """What was looked for is only said if the message does not say it already."""
    site.install("broken", MODULES, gone_pkg="gone_pkg:Words")
    assert refusal_of("gone_pkg").details == ()


def test_a_missing_dependency_is_not_a_missing_module(site: Site) -> None:
    """If the module is there but what it imports is not, that is the module's fault."""
    site.write("needy_pkg.py", "import surely_not_installed")
    problem = refusal_of("needy_pkg.Words")
    assert problem.code == "HK102"
    assert "No module named 'surely_not_installed'" in problem.message
    assert problem.details == (f"at {site.folder / 'needy_pkg.py'}:1, in <module>",)


def test_a_module_not_found_error_may_lack_a_name(site: Site) -> None:
    """Modules raise it by hand, too."""
    site.write("byhand_pkg.py", "raise ModuleNotFoundError('install the extra')")
    problem = refusal_of("byhand_pkg.Words")
    assert problem.message == ("importing byhand_pkg raised ModuleNotFoundError: install the extra")


@pytest.mark.parametrize(
    ("source", "said", "line"),
    [
        ("x = 1 / 0", "ZeroDivisionError: division by zero", ":1, in <module>"),
        ("import sys\nsys.exit('bye')", "SystemExit: bye", ":2, in <module>"),
        ("\ndef (", "SyntaxError: invalid syntax", ":2"),
    ],
)
def test_an_import_that_raises_is_reported(site: Site, source: str, said: str, line: str) -> None:
    """Whatever importing does, the message says it on one line, with its place."""
    site.write("raising_pkg.py", source)
    problem = refusal_of("raising_pkg.Words")
    assert (problem.code, problem.message) == ("HK102", f"importing raising_pkg raised {said}")
    assert problem.details == (f"at {site.folder / 'raising_pkg.py'}{line}",)


def test_an_import_error_is_reported_with_its_cause(site: Site) -> None:
    """An exception that was raised from another brings it along."""
    site.write(
        "caused_pkg.py",
        """
        try:
            {}["key"]
        except KeyError as error:
            raise ImportError("cannot") from error
        """,
    )
    details = refusal_of("caused_pkg.Words").details
    assert details[0] == "caused by KeyError: 'key'"
    assert details[1].endswith("caused_pkg.py:5, in <module>")


def test_a_missing_attribute_gets_a_hint(site: Site) -> None:
    """The error for a misspelt class suggests the closest name in the Python module."""
    site.write("attr_pkg.py", "class WordFilter: ...")
    problem = refusal_of("attr_pkg.WordFiler")
    assert problem.render() == (
        "HK103 Python module attr_pkg has no 'WordFiler'\n  = hint: did you mean 'WordFilter'?"
    )
    assert refusal_of("attr_pkg.zzz").hint is None


def test_a_lazy_attribute_may_raise(site: Site) -> None:
    """A Python module may import a class when it is first asked for, and fail then."""
    site.write(
        "lazy_pkg.py",
        """
        def __getattr__(name):
            if name == "Words":
                import surely_not_installed
            raise RuntimeError("broken")
        """,
    )
    assert refusal_of("lazy_pkg.Words").code == "HK102"
    assert refusal_of("lazy_pkg.Other").message == (
        "importing lazy_pkg raised RuntimeError: broken"
    )

"""What modules require: others before them, and a version of hostkit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from twisted.internet.task import Clock

from hostkit import Host
from hostkit.cli import main
from hostkit.errors import ConfigErrors
from hostkit.loops import start_entry
from hostkit.testing import build_host

if TYPE_CHECKING:
    from pathlib import Path

    from hostkit.errors import Problem

HERE = "tests.host.test_requirements"


class Plain:
    """Requires nothing."""

    def __init__(self, config: Any, api: Any) -> None: ...


class Limits(Plain):
    """What others require."""


class Kind(Limits):
    """One kind of it."""


class Words(Plain):
    """Requires limits before it."""

    requires_before = (f"{HERE}.Limits",)


class Installed(Plain):
    """Requires what a package offers, by its name there."""

    requires_before = ("rate-limiter",)


class Written(Plain):
    """Was written in a hurry."""

    requires_before = f"{HERE}.Limits"


class Numbers(Plain):
    """Was written in a hurry, too."""

    requires_before = (1,)


def problems_of(*entries: Any) -> list[Problem]:
    """Build a host; give what is wrong."""
    with pytest.raises(ConfigErrors) as caught:
        build_host(entries, categories=[])
    return list(caught.value.problems)


def requiring(version: Any) -> type:
    """Make a module that requires a version."""
    return type("Versioned", (Plain,), {"requires_hostkit": version})


@pytest.mark.parametrize("before", [Limits, Kind, f"{HERE}.Limits", f"{HERE}.Kind"])
def test_a_module_may_stand_after_what_it_requires(before: Any) -> None:
    """Also after another kind of that, and with others between them."""
    host = build_host([before, Plain, Words], categories=[])
    assert [module.name.rpartition(".")[2] for module in host.modules][-1] == "Words"


def test_a_module_that_stands_before_it_is_a_problem() -> None:
    """With what stands where, and what to do; nothing is sorted."""
    (problem,) = problems_of((Words, {}), {"module": Limits, "name": "limits"})
    assert problem.code == "HK114"
    assert problem.path == ("modules", 0, "module")
    assert problem.message == (
        f"module '{HERE}.Words' must stand after {HERE}.Limits, which stands after it"
    )
    assert problem.details == ("'limits' is modules[1]",)
    assert problem.hint == "move this entry behind that of 'limits': nothing is sorted for you"


def test_what_is_not_listed_is_a_problem() -> None:
    """A module that only might be there is not one to rely on."""
    (problem,) = problems_of({"module": Words, "name": "words"})
    assert problem.message == (
        f"module 'words' must stand after {HERE}.Limits, which is not listed"
    )
    assert problem.hint == f"add an entry with `module: {HERE}.Limits` before this one"


def test_what_is_disabled_is_not_there() -> None:
    """It is not asked before this one."""
    disabled = {"module": Limits, "name": "limits", "enabled": False}
    (problem,) = problems_of({"module": Words, "name": "words"}, disabled)
    assert problem.message.endswith(", which is disabled")
    assert problem.details == ("'limits' is modules[1]",)
    assert problem.hint == "enable it, before this one"
    (problem,) = problems_of(disabled, {"module": Words, "name": "words"}, Limits)
    assert problem.message.endswith(", which stands after it")


def test_one_before_it_is_enough() -> None:
    """There may be another one after it, for another purpose."""
    first, last = ({"module": Limits, "name": name} for name in ("first", "last"))
    assert len(build_host([first, Words, last], categories=[]).modules) == 3


def test_a_module_does_not_stand_before_itself() -> None:
    """One that requires its own kind needs another one."""
    own = type("Own", (Words,), {"requires_before": (f"{HERE}.Words",)})
    assert problems_of({"module": own, "name": "own"})[0].message.endswith("is not listed")
    assert len(build_host([Limits, Words, own], categories=[]).modules) == 3


@pytest.mark.parametrize(
    "before",
    ["rate-limiter", "hostkit-quickstart:rate-limiter", "quickstart.rate_limiter.RateLimiter"],
)
def test_a_name_in_a_package_stands_for_its_class(before: str) -> None:
    """However the file calls the module."""
    entry = {"module": before, "config": {"comments": 3, "per": "1m"}}
    host = Host.from_config({"modules": [entry, {"module": Installed}]}).build()
    assert len(host.modules) == 2
    with pytest.raises(ConfigErrors) as caught:
        Host.from_config({"modules": [{"module": Installed}, entry]}).build()
    assert [problem.code for problem in caught.value.problems] == ["HK114"]


def test_another_path_to_a_class_is_the_same_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages export their modules; a path that was not imported is none of those here."""
    monkeypatch.setattr("tests.host.conftest.Shorter", Limits, raising=False)
    shorter = type("Shorter", (Plain,), {"requires_before": ["tests.host.conftest.Shorter"]})
    assert len(build_host([Limits, shorter], categories=[]).modules) == 2
    unknown = type("Unknown", (Plain,), {"requires_before": ["not.there.Class"]})
    (problem,) = problems_of(Limits, unknown)
    assert "must stand after not.there.Class, which is not listed" in problem.message


def test_what_cannot_be_imported_is_its_own_problem() -> None:
    """It may be what is required, so nothing more is said."""
    problems = problems_of("not.there.Class", Words)
    assert [problem.code for problem in problems] == ["HK101"]


@pytest.mark.parametrize("wrong", [Written, Numbers])
def test_what_is_not_a_tuple_of_names_is_a_problem(wrong: type) -> None:
    """A single string is not one, though each of its letters could be a name."""
    (problem,) = problems_of(wrong)
    assert problem.code == "HK114"
    assert "not a tuple of names" in problem.message
    assert problem.hint == "ask its author to correct it"


@pytest.mark.parametrize(
    "wanted",
    ["", ">=0.1", ">=0.1.0", "<99", " >= 0 , < 99.1 , != 5", "==0.1.0", "==0.1", "<=0.1.0.0"],
)
def test_a_module_for_this_version_is_built(wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions are compared number by number; those that are missing are 0."""
    monkeypatch.setattr("hostkit.loading._requirements.__version__", "0.1.0")
    assert len(build_host([requiring(wanted)], categories=[]).modules) == 1


@pytest.mark.parametrize("wanted", [">0.1", "<0.1.0", ">=0.10", "==1", "!=0.1", ">=0.1,<0.1"])
def test_a_module_for_other_versions_is_refused(
    wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything of it is run, with both versions."""
    monkeypatch.setattr("hostkit.loading._requirements.__version__", "0.1.0")
    (problem,) = problems_of({"module": requiring(wanted), "name": "words"})
    assert problem.code == "HK115"
    assert problem.message == f"module 'words' is for hostkit {wanted}, and this is 0.1.0"


def test_a_version_before_a_release_counts_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who tries one wants to use modules that are for the release."""
    monkeypatch.setattr("hostkit.loading._requirements.__version__", "1.2.0rc1.dev3")
    assert len(build_host([requiring(">=1.2,<1.3")], categories=[]).modules) == 1


@pytest.mark.parametrize("wanted", ["1.2", "~=1.2", ">=1.2;", ">=1.x", ">=1.2,", ">1 2", 1.2, None])
def test_a_version_of_another_form_is_a_problem(wanted: Any) -> None:
    """With the forms that there are: nothing is guessed."""
    (problem,) = problems_of({"module": requiring(wanted), "name": "words"})
    assert problem.code == "HK115"
    assert problem.message.startswith("requires_hostkit of module 'words' is ")
    assert problem.expected is not None
    assert "'>=1.2,<2'" in problem.expected


def test_an_optional_module_for_another_version_is_missing() -> None:
    """As any that cannot be loaded; in the wrong place, it is a mistake in the file."""
    other = {"module": requiring(">99"), "name": "other", "optional": True}
    assert [each.name for each in build_host([other], categories=[]).missing] == ["other"]
    assert len(problems_of({"module": Words, "optional": True})) == 1


def test_a_reload_checks_the_order() -> None:
    """Also that of modules which are kept; the server goes on as it is."""
    limits, words = {"module": Limits}, {"module": Words}
    host = build_host([limits, words], categories=[], clock=Clock())
    start_entry(host.start())
    other = Host.from_config({"modules": [limits]}, categories=[])
    failed: list[Any] = []
    for entries in ([words], [words, limits]):
        file = Host.from_config({"modules": entries}, categories=[]).file
        start_entry(host.reload(file)).addErrback(failed.append)
    start_entry(host.reload(other.file))
    codes = [problem.code for each in failed for problem in each.value.problems]
    assert codes == ["HK114", "HK114"]
    assert len(host.modules) == 1
    start_entry(host.stop())


@pytest.mark.parametrize("option", [[], ["--no-build"]])
def test_validate_shows_places(tmp_path: Path, option: list[str]) -> None:
    """Of both entries, whether modules are built or not."""
    file = tmp_path / "host.yaml"
    file.write_text(
        "modules:\n"
        f"  - module: {HERE}.Words\n    name: words\n"
        f"  - module: {HERE}.Limits\n    name: limits\n"
        "hostkit: {categories: []}\n"
    )
    result = CliRunner().invoke(main, ["validate", *option, str(file)])
    assert result.exit_code == 1
    assert f"{file}:2:13: HK114 module 'words' must stand after {HERE}.Limits" in result.stderr
    assert f"= 'limits' is modules[1], at {file}:4:5\n" in result.stderr

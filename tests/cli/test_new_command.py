"""`hostkit new`: packages that are right as they are."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import quickstart.category  # noqa: F401

import hookspecs  # noqa: F401 -- a lonely site has what is imported
from hostkit.loading import CATEGORIES
from tests.cli.conftest import run
from tests.loading.conftest import lonely_site, site  # noqa: F401 -- fixtures

if TYPE_CHECKING:
    from tests.loading.conftest import Site

HERE = "tests.cli.new_categories"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def tool(folder: str, *args: str) -> str:
    """Run a tool in a folder; what it says if it is not content."""
    command = [sys.executable, "-m", *args]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def new(*args: str) -> None:
    result = run("new", *args)
    assert (result.stderr, result.stdout) == (
        "",
        f"{args[0]} is written; next: cd {args[0]} && pip install -e . --group dev && pytest\n",
    )


KINDS = {
    "own-module": (),
    "spam-filter": ("--category", "hookspecs.SpamChecker"),
    "long-names": ("--category", "hookspecs.ThirdPartyRules"),
    "guest-book": ("--host",),
}


@pytest.mark.parametrize("name", KINDS)
def test_what_is_written_passes_its_tests(lonely_site: Site, name: str) -> None:  # noqa: F811
    """In the folder of the package, without an installation."""
    assert lonely_site.folder.exists()
    new(name, *KINDS[name])
    assert tool(name, "pytest", "-q", "-p", "no:cacheprovider") == ""


def test_what_is_written_has_the_right_types(lonely_site: Site) -> None:  # noqa: F811
    """By mypy, as strict as its own settings say."""
    assert lonely_site.folder.exists()
    for name, args in KINDS.items():
        new(name, *args)
    packages = [str(path.parent) for path in Path().glob("*/*/py.typed")]
    assert len(packages) == len(KINDS)
    config = ("--config-file", "own-module/pyproject.toml", "--cache-dir", "cache")
    assert tool(".", "mypy", *config, *packages, "own-module/tests/test_module.py") == ""


@pytest.mark.skipif(tool(".", "ruff", "--version") != "", reason="ruff is not installed")
def test_the_style_is_that_of_its_own_settings(lonely_site: Site) -> None:  # noqa: F811
    """Whatever the category, and however long its names are."""
    assert lonely_site.folder.exists()
    new("page")
    new("guest-book", "--host")
    for name in ("SpamChecker", "ThirdPartyRules", "MediaRepository", "AccountData", "Federation"):
        new(name.lower(), "--category", f"hookspecs.{name}")
    assert tool(".", "ruff", "check", "--no-cache") == ""
    assert tool(".", "ruff", "format", "--no-cache", "--check", "--diff") == ""


def test_a_module_is_for_the_first_category_that_is_installed(
    lonely_site: Site,  # noqa: F811
) -> None:
    """Those that hostkit itself brings do not count; the module needs its package."""
    lonely_site.install("hostkit-framework", CATEGORIES, a="hookspecs:SpamChecker")
    lonely_site.install("site", CATEGORIES, comments="quickstart.category:Comments")
    new("word-filter")
    project = tomllib.loads(Path("word-filter/pyproject.toml").read_text())["project"]
    assert project["dependencies"] == ["hostkit-framework", "site"]
    assert project["entry-points"] == {"hostkit.modules": {"word-filter": "word_filter:WordFilter"}}
    module = Path("word-filter/word_filter/_module.py").read_text()
    assert "    async def check_comment(self, author: str, text: str) -> Decision:\n" in module
    assert "categories: [comments]" in Path("word-filter/host.yaml").read_text()


def test_a_name_that_two_packages_offer_is_written_in_full(
    lonely_site: Site,  # noqa: F811
) -> None:
    """So that the file means one of them."""
    lonely_site.install("one", CATEGORIES, comments="quickstart.category:Comments")
    lonely_site.install("two", CATEGORIES, comments="missing:Comments")
    new("word-filter")
    assert "categories: [one:comments]" in Path("word-filter/host.yaml").read_text()


def test_a_package_with_a_category_of_its_own_offers_it(
    lonely_site: Site,  # noqa: F811
) -> None:
    """Where none is installed, a module brings its own, as a host does."""
    assert lonely_site.folder.exists()
    new("own")
    points = tomllib.loads(Path("own/pyproject.toml").read_text())["project"]["entry-points"]
    assert points == {
        "hostkit.modules": {"own": "own:Own"},
        "hostkit.categories": {"own": "own.category:OwnHooks"},
    }


def test_the_signature_is_that_of_the_hook() -> None:
    """With all names imported; what has no name is `Any`."""
    new("odd-one", "--category", f"{HERE}.Odd")
    module = Path("odd-one/odd_one/_module.py").read_text()
    assert (
        """\
from collections.abc import Mapping
from typing import Any, Literal

import attrs
from hostkit import ModuleApi, hookimpl
from hostkit.web import JsonResource
from tests.cli.new_categories import Verdict
from twisted.web.server import Request
"""
        in module
    )
    assert (
        """\
    @hookimpl
    async def check(
        self,
        plain: int | None,
        choice: Literal["a", 1],
        several: tuple[int, ...],
        table: Mapping[str, dict[str, Any]],
        call: Any,
        unknown: Any,
        inner: Any,
    ) -> Verdict:
"""
        in module
    )
    assert "        return Verdict.FINE\n" in module


def test_a_class_never_has_the_name_of_something_else() -> None:
    """Which the file of the module defines or imports."""
    new("module-api", "--category", "quickstart.category.Comments")
    assert "class ModuleApiModule:" in Path("module-api/module_api/_module.py").read_text()


@pytest.mark.parametrize(
    ("args", "exit_code", "message"),
    [
        (["Big"], 2, "'Big' is not the name of a package: write small letters, digits and hyphens"),
        (["../up"], 2, "'../up' is not the name of a package"),
        (["json"], 2, "'json' is the name of something else; choose another one"),
        (["class"], 2, "'class' is the name of something else"),
        (["a", "--host", "--category", "x"], 2, "--category is for modules"),
        (["a", "--category", f"{HERE}.Hard"], 1, "no hook of tests.cli.new_categories.Hard lets"),
        (["a", "--category", "no.such.Thing"], 1, "HK109"),
    ],
)
def test_what_cannot_be_written_is_refused(args: list[str], exit_code: int, message: str) -> None:
    """With the reason; nothing is left behind."""
    result = run("new", *args)
    assert result.exit_code == exit_code
    assert message in " ".join(result.stderr.split())
    assert list(Path().iterdir()) == []


def test_nothing_is_overwritten() -> None:
    """Neither a folder nor a file."""
    Path("mine").mkdir()
    result = run("new", "mine", "--host")
    assert (result.exit_code, list(Path("mine").iterdir())) == (1, [])
    assert "mine exists; choose another name, or delete it" in result.stderr


def test_a_folder_that_cannot_be_written_is_named() -> None:
    """With the reason of the operating system."""
    long = "a" * 300
    result = run("new", long, "--host")
    assert result.exit_code == 1
    assert f"{long} cannot be written: File name too long" in result.stderr

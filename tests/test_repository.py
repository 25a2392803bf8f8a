from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from hostkit.codes import Code
from tests.tracked import ROOT, tracked

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = ("hostkit", "hookspecs")
CODES = ROOT / "hostkit" / "codes.py"
KNOWN = {
    ".ci",
    ".gitignore",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "benchmarks",
    "changelog.d",
    "deploy",
    "docs",
    "examples",
    "hookspecs",
    "hostkit",
    "noxfile.py",
    "pyproject.toml",
    "requirements",
    "tests",
    "twisted",
}
LONGEST_FILE = 300
LONGEST_FUNCTION = 45

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(*folders: str) -> Iterator[tuple[str, Function]]:
    """Find all functions in some folders, each with its place."""
    for path in tracked(*folders, suffix=".py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, Function):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def lock(name: str) -> str:
    """Read what is locked for some sessions of nox."""
    return (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")


def text_of(files: list[Path]) -> str:
    """Read some files as one text."""
    return "\n".join(path.read_text("utf-8") for path in files)


def unmentioned(files: list[Path]) -> list[Code]:
    """List the codes that some files mention neither by number nor by name."""
    words = set(re.findall(r"\w+", text_of(files)))
    return [code for code in Code if words.isdisjoint({code.value, code.name})]


def test_no_file_is_long() -> None:
    """What takes more than 300 lines is about more than one thing."""
    files = tracked(*PACKAGES, "tests", "examples", "benchmarks", suffix=".py")
    lengths = {str(path.relative_to(ROOT)): len(text_of([path]).splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_long() -> None:
    """A function fits on a screen."""
    lengths = {
        place: (node.end_lineno or node.lineno) - node.lineno + 1
        for place, node in functions(*PACKAGES)
    }
    assert {place: length for place, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_every_test_says_what_it_shows() -> None:
    """The docstrings of the tests, read in a row, describe hostkit."""
    silent = [
        place
        for place, node in functions("tests")
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_codes_are_complete() -> None:
    """Every code is used, tested, and explained in order under its title; there are no others."""
    sources = [path for path in tracked(*PACKAGES, suffix=".py") if path != CODES]
    tests = [path for path in tracked("tests", suffix=".py") if path != Path(__file__)]
    page = (ROOT / "docs" / "reference" / "problems.md").read_text("utf-8")
    assert unmentioned(sources) == []
    assert unmentioned(tests) == []
    assert set(re.findall(r"\bHK\d{3}\b", text_of(sources))) <= set(Code)
    assert re.findall(r"^#+ (HK\d{3}): (.*)$", page, re.MULTILINE) == sorted(
        (code.value, code.summary) for code in Code
    )


def test_the_top_level_holds_only_what_is_known() -> None:
    """Nothing is added to the top level without a reason."""
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert names - KNOWN == set()


@pytest.mark.parametrize("word", ["matrix", "synapse", "homeserver"])
def test_hostkit_is_generic(word: str) -> None:
    """What belongs to one kind of server stands in `hookspecs`."""
    files = [path for path in tracked("hostkit") if word in path.read_text("utf-8").lower()]
    assert files == []


def test_no_document_installs_another_project() -> None:
    """The distribution is not called `hostkit`, and every document respects that."""
    wrong = re.compile(r"pip install (?:-\S+ )*hostkit(?![-\w])")
    pages = tracked(suffix=".md")
    assert [page for page in pages if wrong.search(page.read_text("utf-8"))] == []


@pytest.mark.parametrize("name", ["nox", "sessions", "antispam"])
def test_a_lock_is_the_same_everywhere(name: str) -> None:
    """A lock has a version and a hash for everything, and neither addresses nor folders."""
    text = lock(name)
    entry = r"^[a-z0-9.-]+==[\w.]+(?: ; [^\\]*)? \\\n    --hash=sha256:[0-9a-f]{64}\b"
    assert re.findall(r"^\w.*", re.sub(entry, "", text, flags=re.MULTILINE), re.MULTILINE) == []
    assert re.findall(r"\S*/\S*", text) == []


def test_everything_named_is_locked() -> None:
    """The locks go with `pyproject.toml`: of all that it names, they have an allowed version."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project, groups = pyproject["project"], pyproject["dependency-groups"]
    lists = [project["dependencies"], *project["optional-dependencies"].values(), *groups.values()]
    named = {entry for entries in lists for entry in entries if isinstance(entry, str)}
    versions = defaultdict(list)
    for text in map(lock, ("nox", "sessions", "antispam")):
        for name, version in re.findall(r"^(\S+)==([^\s;]+)", text, re.MULTILINE):
            versions[name].append(version)
    assert [
        str(wanted)
        for wanted in map(Requirement, sorted(named))
        if not any(wanted.specifier.filter(versions[canonicalize_name(wanted.name)]))
    ] == []

from __future__ import annotations

import ast
import fnmatch
import re
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hostkit import codes

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PACKAGES = ("hostkit", "hookspecs")
CODES = ROOT / "hostkit" / "codes.py"
KNOWN = {
    ".ci",
    ".git",
    ".gitignore",
    "LICENSE",
    "PKG-INFO",
    "README.md",
    "benchmarks",
    "changelog.d",
    "docs",
    "examples",
    "hookspecs",
    "hostkit",
    "noxfile.py",
    "pyproject.toml",
    "tests",
    "twisted",
}
LONGEST_FILE = 300
LONGEST_FUNCTION = 45
NAMES = {value: name for name, value in vars(codes).items() if isinstance(value, str)}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> list[Path]:
    """List all Python files in some folders."""
    return sorted(chain.from_iterable((ROOT / folder).rglob("*.py") for folder in folders))


def functions(*folders: str) -> Iterator[tuple[str, Function]]:
    """Find all functions in some folders, each with its place."""
    for path in python_files(*folders):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, Function):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def text_of(files: list[Path]) -> str:
    """Read some files as one text."""
    return "\n".join(path.read_text() for path in files)


def unused(text: str) -> list[str]:
    """List the codes that a text mentions neither by number nor by name."""
    words = set(re.findall(r"\w+", text))
    return [code for code in codes.TITLES if words.isdisjoint({code, NAMES.get(code, code)})]


def test_no_file_is_long() -> None:
    """What takes more than 300 lines is about more than one thing."""
    files = python_files(*PACKAGES, "tests", "examples", "benchmarks")
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
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


def test_every_code_is_used() -> None:
    """No code is left from something that hostkit does not complain about any more."""
    files = [path for path in python_files(*PACKAGES) if path != CODES]
    assert unused(text_of(files)) == []


def test_every_code_that_is_used_has_a_title() -> None:
    """No code is made up on the way."""
    files = [path for path in python_files(*PACKAGES) if path != CODES]
    used = re.findall(r"\bHK\d{3}\b", text_of(files))
    assert set() == set(used) - set(codes.TITLES)


def test_every_code_is_tested() -> None:
    """For every complaint there is a test that hears it."""
    files = [path for path in python_files("tests") if path != Path(__file__)]
    assert unused(text_of(files)) == []


def test_every_code_is_explained() -> None:
    """The page about problems has a section for each code, in order, with its title."""
    page = (ROOT / "docs" / "reference" / "problems.md").read_text()
    sections = dict(re.findall(r"^#+ (HK\d{3}): (.*)$", page, re.MULTILINE))
    assert dict(codes.TITLES) == sections
    assert list(sections) == sorted(sections)


def test_the_top_level_holds_only_what_is_known() -> None:
    """Nothing is added to the top level without a reason."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines()]
    names = {path.name for path in ROOT.iterdir()} - KNOWN
    left = {name for name in names if not any(fnmatch.fnmatch(name, each) for each in ignored)}
    assert set() == left


@pytest.mark.parametrize("word", ["matrix", "synapse"])
def test_hostkit_is_generic(word: str) -> None:
    """What belongs to one kind of server stands in `hookspecs`."""
    files = [path for path in python_files("hostkit") if word in path.read_text().lower()]
    assert files == []


def test_nobody_is_told_to_install_another_project() -> None:
    """The distribution is not called `hostkit`, and no document says so."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    wrong = re.compile(r"pip install (?:-\S+ )*hostkit(?![-\w])")
    assert [page for page in pages if wrong.search(page.read_text())] == []

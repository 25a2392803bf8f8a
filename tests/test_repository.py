from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hostkit.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PACKAGES = ("hostkit", "hookspecs")
CODES = ROOT / "hostkit" / "codes.py"
KNOWN = {
    ".ci",
    ".gitignore",
    "LICENSE",
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

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tracked() -> list[Path]:
    """List what git tracks: whatever else lies in a clone is its user's."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.exists()]


def python_files(*folders: str) -> list[Path]:
    """List the Python files in some folders."""
    roots = [ROOT / folder for folder in folders]
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and any(root in path.parents for root in roots)
    ]


def functions(*folders: str) -> Iterator[tuple[str, Function]]:
    """Find all functions in some folders, each with its place."""
    for path in python_files(*folders):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, Function):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def text_of(files: list[Path]) -> str:
    """Read some files as one text."""
    return "\n".join(path.read_text() for path in files)


def unmentioned(files: list[Path]) -> list[Code]:
    """List the codes that some files mention neither by number nor by name."""
    words = set(re.findall(r"\w+", text_of(files)))
    return [code for code in Code if words.isdisjoint({code.value, code.name})]


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


def test_codes_are_complete() -> None:
    """Every code is used, tested, and explained in order under its title; there are no others."""
    sources = [path for path in python_files(*PACKAGES) if path != CODES]
    tests = [path for path in python_files("tests") if path != Path(__file__)]
    page = (ROOT / "docs" / "reference" / "problems.md").read_text()
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

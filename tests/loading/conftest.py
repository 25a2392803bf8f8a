from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from hostkit.api import HostServices, ModuleApi, make_api_class
from hostkit.config import HostFile, from_mapping, load
from hostkit.errors import ConfigErrors, Problem
from hostkit.loading import MODULES, Module, ModuleLoader
from hostkit.rules import Decision, FirstDenial
from hostkit.specs import Category, hookspec

CLASS: Final = "class {}:\n    def __init__(self, config, api): ...\n"

CATEGORY: Final = """
from hostkit import Category, hookspec, rules

class Notes(Category):
    @hookspec(rules.Notify())
    async def on_note(self) -> None:
        '''Called.'''
"""


class Comments(Category):
    @hookspec(FirstDenial())
    async def check_comment(self, author: str, text: str) -> Decision:
        """Called before a comment is stored."""


@attrs.frozen
class Site:
    """A folder that Python imports from, and installed packages are found in."""

    folder: Path

    def write(self, name: str, source: str) -> None:
        """Write a file of Python code."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source))
        importlib.invalidate_caches()

    def install(self, name: str, group: str, /, version: str = "1.0", **points: str) -> None:
        """Write what a package installer leaves behind for a package with entry points."""
        folder = f"{name.replace('-', '_')}-{version}.dist-info"
        lines = [f"[{group}]", *(f"{key} = {value}" for key, value in points.items())]
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        self.write(f"{folder}/METADATA", metadata)
        self.write(f"{folder}/entry_points.txt", "\n".join(lines))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Give an empty `Site`; what was imported from it is forgotten afterwards."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)
    yield Site(folder)
    for name in set(sys.modules) - before:
        origin = getattr(sys.modules[name], "__file__", None)
        if origin is not None and Path(origin).is_relative_to(folder):
            del sys.modules[name]


@pytest.fixture
def lonely_site(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Give a `Site` where nothing else is installed."""
    monkeypatch.setattr("sys.path", [str(site.folder)])
    return site


@pytest.fixture
def two(lonely_site: Site) -> Site:
    """Install two packages that both offer the module ``words``."""
    lonely_site.write("one_pkg.py", CLASS.format("One"))
    lonely_site.write("other_pkg.py", CLASS.format("Other"))
    lonely_site.install("Word-Filter", MODULES, words="one_pkg:One", mine="one_pkg:One")
    lonely_site.install("other", MODULES, version="2.1", words="other_pkg:Other")
    return lonely_site


def build(file: HostFile, index: int = 0, base: type[ModuleApi] = ModuleApi) -> Module:
    """Build one of the modules of a file."""
    loader = ModuleLoader(file, make_api_class(base, [Comments]), HostServices((Comments,)))
    return loader.load(file.modules[index])


def build_class(module: type | str, config: Any = None, **entry: Any) -> Module:
    """Build a module from a mapping."""
    return build(from_mapping({"modules": [{"module": module, "config": config, **entry}]}))


def class_of(name: str) -> str:
    """Build a module, and give the name of its class."""
    return type(build_class(name).instance).__name__


def problem_of(module: type | str, config: Any = None, **entry: Any) -> Problem:
    """Build a module that is wrong in one way, and give the problem."""
    with pytest.raises(ConfigErrors) as caught:
        build_class(module, config, **entry)
    (problem,) = caught.value.problems
    return problem


def problems_in(folder: Path, text: str) -> tuple[Problem, ...]:
    """Write a config file, build its first module, which is wrong, and give the problems."""
    path = folder / "host.yaml"
    path.write_text(textwrap.dedent(text))
    file = load(path)
    with pytest.raises(ConfigErrors) as caught:
        build(file)
    return caught.value.problems

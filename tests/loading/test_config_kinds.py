"""What a module's `Config` can be, and what its annotations can name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from hostkit.config import load

from .conftest import Site, build, build_class, problem_of

POSTPONED = """\
from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypedDict

import attrs
from hostkit.config import structure

if TYPE_CHECKING:
    from collections.abc import Sequence


class Module:
    def __init__(self, config, api):
        self.config = config


class Nested(Module):
    @attrs.frozen
    class Inner:
        size: int

    @attrs.frozen
    class Config:
        @attrs.frozen
        class Own:
            size: int

        inner: Inner
        own: Own = None


class NestedData(Module):
    @dataclasses.dataclass
    class Inner:
        size: int

    @dataclasses.dataclass
    class Config:
        inner: Inner
        many: list[Inner] = dataclasses.field(default_factory=list)


class NestedTuple(Module):
    class Inner(NamedTuple):
        size: int

    class Config(TypedDict):
        inner: Inner


def make():
    class Local(Module):
        @attrs.frozen
        class Inner:
            size: int

        @attrs.frozen
        class Config:
            inner: Inner

    return Local


Local = make()


class Unseen(Module):
    @attrs.frozen
    class Config:
        first: int
        words: Sequence[str]


class UnseenData(Module):
    @dataclasses.dataclass
    class Config:
        words: Sequence[str]


class Paths(Module):
    @attrs.frozen
    class Config:
        path: Path
        more: list[Path] = ()


class ParsesPaths(Module):
    @staticmethod
    def parse_config(config):
        return structure(config, Paths.Config)
"""


def _build(site: Site, name: str, config: str) -> Any:
    site.write("kinds.py", POSTPONED)
    path = site.folder / "host.yaml"
    path.write_text(f"modules:\n- module: kinds.{name}\n  name: m\n  config: {config}\n")
    return build(load(path)).instance.config


@pytest.mark.parametrize("name", ["Nested", "NestedData", "NestedTuple", "Local"])
def test_annotations_name_what_stands_beside_them(site: Site, name: str) -> None:
    """A class in the module's class can be named as in its body, also if that is postponed."""
    config = _build(site, name, "{inner: {size: 5}}")
    inner = config["inner"] if isinstance(config, dict) else config.inner
    assert inner.size == 5


def test_a_config_can_name_what_stands_in_it(site: Site) -> None:
    """So can a class in the Config itself."""
    assert _build(site, "Nested", "{inner: {size: 5}, own: {size: 6}}").own.size == 6


@pytest.mark.parametrize(("name", "field"), [("Unseen", "words"), ("UnseenData", "words")])
def test_a_name_for_checkers_only_is_named(site: Site, name: str, field: str) -> None:
    """The message says which field it is, and what its author can do."""
    site.write("kinds.py", POSTPONED)
    problem = problem_of(f"kinds.{name}", {"first": 1, "words": []})
    assert (problem.code, problem.message) == (
        "HK029",
        (
            f"module 'kinds.{name}': the annotation of the field {field!r} of {name}.Config names "
            "'Sequence', which does not exist when this runs"
        ),
    )
    assert problem.hint is not None
    assert "import Sequence not only under `if TYPE_CHECKING:`" in problem.hint


@pytest.mark.parametrize("name", ["Paths", "ParsesPaths"])
def test_paths_start_at_the_files_folder(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Wherever the process runs; also if the module fills its class itself."""
    monkeypatch.chdir(tmp_path)
    config = _build(site, name, "{path: words.txt, more: [/a, b]}")
    assert attrs.astuple(config) == (
        site.folder / "words.txt",
        [Path("/a"), site.folder / "b"],
    )


def test_paths_of_a_program_stay_as_they_are(site: Site) -> None:
    """There is no file that they could start at."""
    site.write("kinds.py", POSTPONED)
    assert build_class("kinds.Paths", {"path": "a"}).instance.config.path == Path("a")


class Plain:
    def __init__(self, config: Any, api: object) -> None:
        self.config = config


def test_an_undecorated_config_is_refused() -> None:
    """The module would get a mapping where it expects attributes."""

    class Undecorated(Plain):
        class Config:
            words: list[str]

    problem = problem_of(Undecorated, {}, name="m")
    assert (problem.code, problem.message) == (
        "HK031",
        (
            "module 'm' has a Config that cannot be filled: "
            "test_an_undecorated_config_is_refused.<locals>.Undecorated.Config"
        ),
    )
    assert problem.expected is not None
    assert problem.expected.startswith("an attrs class, a dataclass, a TypedDict, a NamedTuple,")
    assert problem.hint is not None
    assert "@attrs.frozen or @dataclass" in problem.hint


@attrs.frozen
class One:
    one: int


@attrs.frozen
class Two:
    two: int


@pytest.mark.parametrize(
    ("kind", "value", "result"),
    [
        (dict[str, int], {"a": 1}, {"a": 1}),
        (One | Two, {"two": 1}, Two(1)),
        (dict, {"a": "b"}, {"a": "b"}),
        ({"a": "a constant"}, {"a": "b"}, {"a": "b"}),
    ],
)
def test_a_config_may_be_a_type_made_of_others(kind: Any, value: Any, result: Any) -> None:
    """Mappings of one type, and unions of classes, are filled too; constants are left alone."""

    class Typed(Plain):
        Config = kind

    assert build_class(Typed, value).instance.config == result

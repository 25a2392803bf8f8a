from __future__ import annotations

import collections
import dataclasses
import threading
from pathlib import Path
from typing import Any

import attrs
import pytest

from hostkit.api import ModuleApi
from hostkit.config import structure
from hostkit.errors import ConfigError
from hostkit.errors import Path as Steps

from .conftest import Site, build_class, problem_of, problems_in


class Plain:
    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.config = config


def _config(module: type, config: Any) -> Any:
    return build_class(module, config).instance.config


def test_without_a_parser_the_mapping_is_given() -> None:
    """The module gets what stands in the file, as a copy of its own."""
    config = {"banned": ["casino"]}
    given = _config(Plain, config)
    given["banned"].append("poker")
    assert config == {"banned": ["casino"]}


def test_no_config_is_an_empty_mapping() -> None:
    """A module without ``config:`` can be written without asking for `None`."""
    assert _config(Plain, None) == {}


def test_parse_config_may_be_static_or_of_the_class() -> None:
    """Both kinds are called with the config alone, and may return anything."""

    class Static(Plain):
        @staticmethod
        def parse_config(config: Any) -> Any:
            return ("static", config)

    class Bound(Plain):
        @classmethod
        def parse_config(cls, config: Any) -> Any:
            return (cls, config)

    assert _config(Static, {"a": 1}) == ("static", {"a": 1})
    assert _config(Bound, {"a": 1}) == (Bound, {"a": 1})


def test_parse_config_is_called_once_with_a_private_copy() -> None:
    """It may change what it is given without anybody noticing."""
    calls: list[Any] = []

    class Careless(Plain):
        @staticmethod
        def parse_config(config: Any) -> Any:
            calls.append(dict(config))
            config["words"].clear()
            return config.pop("words")

    config = {"words": ["casino"]}
    assert _config(Careless, config) == []
    assert calls == [{"words": []}]
    assert config == {"words": ["casino"]}


@pytest.mark.parametrize("parsed", [threading.Lock(), None, 0])
def test_what_parse_config_returns_is_handed_on_untouched(parsed: Any) -> None:
    """It may be something that cannot be copied, or nothing."""

    class Opaque(Plain):
        @staticmethod
        def parse_config(config: Any) -> Any:
            return parsed

    assert _config(Opaque, {}) is parsed


def _raising(error: BaseException) -> type:
    class Strict(Plain):
        @staticmethod
        def parse_config(config: Any) -> Any:
            raise error

    return Strict


@pytest.mark.parametrize(
    ("path", "place", "shown"),
    [
        (("words", 1), "5:7", "modules[0].config.words[1]"),
        (["words", "<item 1>"], "5:7", "modules[0].config.words[1]"),
        (("words", 1, "deeper"), "5:7", "modules[0].config.words[1].deeper"),
        ((), "3:5", "modules[0].config"),
        (("missing",), "3:5", "modules[0].config.missing"),
    ],
)
def test_a_config_error_points_into_the_file(
    site: Site, tmp_path: Path, path: Any, place: str, shown: str
) -> None:
    """Its path, relative to ``config:``, becomes line and column of the nearest value."""
    site.write(
        "strict_pkg.py",
        f"""
        from hostkit import ConfigError

        class Strict:
            def parse_config(config):
                raise ConfigError("not this", {path!r}) from ValueError("why")
        """,
    )
    text = """\
        modules:
        - config:
            words:
            - casino
            - poker
          module: strict_pkg.Strict
          name: strict
        """
    (problem,) = problems_in(tmp_path, text)
    assert problem.code == "HK105"
    assert problem.message == "module 'strict' refuses its config: not this"
    assert problem.details == ("caused by ValueError: why",)
    assert str(problem.place) == f"{tmp_path / 'host.yaml'}:{place}"
    assert attrs.evolve(problem, place=None).render().partition(": ")[0] == shown


def test_only_whole_items_are_understood_as_indexes() -> None:
    """A key that merely contains the words stays a key."""
    steps: Steps = ("x<item 1>", "<item one>", 3)
    problem = problem_of(_raising(ConfigError("no", steps)))
    assert problem.path == ("modules", 0, "config", *steps)


def test_errors_like_jsonschemas_point_into_the_file() -> None:
    """An error with ``message`` and ``absolute_path`` is understood without its library."""

    class ValidationError(Exception):
        def __init__(self) -> None:
            super().__init__("a very long text about schemas")
            self.message = "5 is not of type 'string'"
            self.absolute_path = collections.deque(["words", 0])

    problem = problem_of(_raising(ValidationError()), name="words")
    assert problem.code == "HK105"
    assert problem.message == "module 'words' refuses its config: 5 is not of type 'string'"
    assert problem.path == ("modules", 0, "config", "words", 0)


@pytest.mark.parametrize("error", [KeyError("words"), SystemExit("words")])
def test_any_other_exception_is_reported_with_its_place_in_the_code(error: BaseException) -> None:
    """A parser that breaks is reported with what it raised, its causes and the frame."""
    error.__cause__ = ValueError("why")
    problem = problem_of(_raising(error), name="words")
    assert (problem.code, problem.path) == ("HK106", ("modules", 0))
    assert problem.message.startswith("module 'words' failed in parse_config: ")
    assert problem.details[0] == "caused by ValueError: why"
    assert problem.details[1].startswith(f"at {__file__}:")
    assert problem.details[1].endswith(", in parse_config")


def test_an_instance_method_is_not_a_parser() -> None:
    """A forgotten ``@staticmethod`` fails as the call that it is."""

    class Forgot(Plain):
        def parse_config(self, config: Any) -> Any:
            raise NotImplementedError

    problem = problem_of(Forgot)
    assert problem.code == "HK106"
    assert "missing 1 required positional argument" in problem.message


@attrs.frozen
class Settings:
    words: list[str]
    loud: bool = False


@dataclasses.dataclass
class OldSettings:
    words: list[str]
    loud: bool = False


@pytest.mark.parametrize("config_class", [Settings, OldSettings])
def test_a_config_class_is_filled(config_class: type) -> None:
    """A module's ``Config``, attrs or dataclass, says what it takes."""

    class Typed(Plain):
        Config = config_class

    assert _config(Typed, {"words": ["casino"]}) == config_class(["casino"])


def test_a_config_class_is_filled_strictly(site: Site, tmp_path: Path) -> None:
    """Every value of a wrong type and every unknown key is reported with its own place."""
    site.write(
        "typed_pkg.py",
        """
        import dataclasses

        class Typed:
            @dataclasses.dataclass
            class Config:
                words: list[str]
                loud: bool = False
        """,
    )
    text = """\
        modules:
        - module: typed_pkg.Typed
          name: typed
          config:
            words: [casino, 5]
            loud: "no"
            lowd: true
        """
    problems = problems_in(tmp_path, text)
    assert sorted(str(problem.place).rpartition("yaml:")[2] for problem in problems) == [
        "5:21",
        "6:11",
        "7:5",
    ]
    assert {problem.code for problem in problems} == {"HK020", "HK021"}
    assert all(problem.message.startswith("module 'typed': ") for problem in problems)
    assert "did you mean 'loud'?" in [problem.hint for problem in problems]


def test_parse_config_goes_before_a_config_class() -> None:
    """A module with both parses for itself; what `structure` finds is reported with its places."""

    class Both(Plain):
        Config = Settings

        @staticmethod
        def parse_config(config: Any) -> Any:
            return structure(config["inner"], Settings)

    assert _config(Both, {"inner": {"words": []}}) == Settings([])
    problem = problem_of(Both, {"inner": {"words": 5}})
    assert (problem.code, problem.path) == ("HK020", ("modules", 0, "config", "words"))


@pytest.mark.parametrize("other", ["text", dict, int])
def test_any_other_attribute_called_config_means_nothing(other: Any) -> None:
    """Only attrs classes and dataclasses are filled."""

    class Named(Plain):
        Config = other

    assert _config(Named, {"a": 1}) == {"a": 1}

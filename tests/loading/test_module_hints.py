"""Hints for modules that cannot even be called as they should."""

from __future__ import annotations

import dataclasses
from typing import Any

from .conftest import problem_of


class NoApi:
    def __init__(self, config: Any) -> None: ...


class NoStatic:
    def parse_config(self, config: Any) -> Any: ...

    def __init__(self, config: Any, api: Any) -> None: ...


class Inside:
    def __init__(self, config: Any, api: Any) -> None:
        len(5)  # type: ignore[arg-type]


class Waiting:
    @staticmethod
    async def parse_config(config: Any) -> Any: ...


def test_a_constructor_with_other_parameters_gets_a_hint() -> None:
    """The hint says how modules are built, if the call itself failed."""
    assert problem_of(NoApi).hint == "modules are built as NoApi(config, api)"
    assert problem_of(Inside).hint is None


def test_a_parser_that_is_a_plain_method_gets_a_hint() -> None:
    """The hint names the two kinds of methods that it can be."""
    hint = "parse_config(config) is a @staticmethod or a @classmethod"
    assert problem_of(NoStatic).hint == hint


def test_a_parser_cannot_be_asynchronous() -> None:
    """Nothing is running yet that could wait for it."""
    problem = problem_of(Waiting)
    assert (problem.code, problem.message.partition(" has ")[2]) == (
        "HK106",
        "an asynchronous parse_config",
    )


class Odd(type):
    def __getattr__(cls, name: str) -> Any:
        raise RuntimeError(name)


class Strange(metaclass=Odd):
    def __init__(self, config: Any, api: Any) -> None: ...


class Leaving:
    @dataclasses.dataclass
    class Config:
        def __post_init__(self) -> None:
            raise SystemExit("no licence")

    def __init__(self, config: Any, api: Any) -> None: ...


class Pathless(Exception):  # noqa: N818
    message = "too short"
    absolute_path = None


class Checked:
    @staticmethod
    def parse_config(config: Any) -> Any:
        raise Pathless

    def __init__(self, config: Any, api: Any) -> None: ...


def test_whatever_a_class_does_is_a_problem_of_its_module() -> None:
    """Odd classes, and those that leave the program, do not end the report."""
    assert "RuntimeError: parse_config" in problem_of(Strange).message
    assert "SystemExit: no licence" in problem_of(Leaving).message
    assert problem_of(Checked).message.endswith("refuses its config: too short")

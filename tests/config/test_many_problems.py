"""Files with so many problems that what takes the square of their number would never end."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Final

import pytest

from hostkit.config import examine
from hostkit.errors import ConfigErrors

from .conftest import Write

_ENTRY: Final = "modules:\n- module: a.B\n"
_CONFIG: Final = f"{_ENTRY}  config:\n"


def _each(form: str, number: int, between: str = "") -> str:
    return between.join(form.format(at=at) for at in range(number))


_FILES: Final[dict[str, Callable[[int], str]]] = {
    "unknown keys": lambda n: "hostkit:\n" + _each("  key{at}: 1\n", n),
    "unknown keys of an entry": lambda n: _ENTRY + _each("  key{at}: 1\n", n),
    "unknown keys in one line": lambda n: f"hostkit: {{{_each('key{at}: 1', n, ', ')}}}\n",
    "unknown keys between carriage returns": lambda n: "hostkit:\r" + _each("  key{at}: 1\r", n),
    "duplicate keys": lambda n: "hostkit:\n" + "  timing: exact\n" * n,
    "duplicate keys at the top": lambda n: "hostkit: {}\n" * n,
    "wrong types": lambda n: "hostkit:\n  path:\n" + _each("  - {at}\n", n),
    "wrong types in one line": lambda n: f"hostkit: {{path: [{_each('{at}', n, ', ')}]}}\n",
    "a mistake in each module": lambda n: "modules:\n" + "- module: a.B\n  mode: no\n" * n,
    "nothing right in any module": lambda n: "modules:\n" + _each("- word{at}\n", n),
    "names given twice": lambda n: "modules:\n" + "- module: a.B\n  name: x\n" * n,
    "listeners without endpoints": lambda n: "hostkit:\n  listeners:\n" + "  - serve: []\n" * n,
    "unknown tags": lambda n: _CONFIG + _each("    key{at}: !foo x\n", n),
    "variables that are not set": lambda n: _CONFIG + _each("    key{at}: !env NO_{at}\n", n),
    "keys that are lists": lambda n: _CONFIG + _each("    [{at}]: x\n", n),
    "odd spaces": lambda n: _CONFIG + _each("    key{at}: \u00a0x\n", n),
    "the host's own keys": lambda n: "modules: []\n" + _each("a_setting_{at}: 1\n", n),
    "aliases of a long value": lambda n: (
        f"x: &x {'ab ' * 30 * n}\nmodules: [{', '.join(['*x'] * n)}]\n"
    ),
    "aliases of a long key": lambda n: (
        f"modules: [{{? &x {'ab ' * 30 * n} : 1}}, {', '.join(['{? *x : 1}'] * n)}]\n"
    ),
    "merges of one mapping": lambda n: (
        f"x: &x {{a: 1}}\n{_CONFIG}    <<: [{', '.join(['*x'] * n)}]\n"
    ),
}


def _problems_in(text: str, write: Write, *, without_secrets: bool = False) -> ConfigErrors:
    problems = examine(write(text), without_secrets=without_secrets).problems
    return ConfigErrors(problems)


def _seconds_for(text: str, write: Write) -> float:
    gc.collect()
    gc.disable()  # how often it runs depends on everything else in this process
    try:
        before = time.process_time()
        str(_problems_in(text, write))
        return time.process_time() - before
    finally:
        gc.enable()


@pytest.mark.hardening
@pytest.mark.parametrize("kind", _FILES)
def test_the_time_grows_with_the_file_and_not_faster(kind: str, write: Write) -> None:
    """Eight times as much of anything takes far less than 64 times as long."""
    few, many = (_seconds_for(_FILES[kind](number), write) for number in (1250, 10_000))
    assert many < 30 * max(few, 0.03)


@pytest.mark.hardening
def test_stand_ins_for_many_variables_take_no_longer(
    write: Write,
) -> None:
    """What is left out because of absent variables is found without comparing each with each."""
    text = _CONFIG + _each("    key{at}: !env NO_{at}\n", 10_000)
    text += _each("    other{at}: !foo x\n", 10_000)
    before = time.process_time()
    assert len(_problems_in(text, write, without_secrets=True).problems) == 10_000
    assert time.process_time() - before < 20


@pytest.mark.parametrize("kind", _FILES)
def test_problems_are_found_in_bounded_time(kind: str, write: Write) -> None:
    """Hundreds of problems are a matter of a moment, and what is printed of them is short."""
    text = _FILES[kind](300)
    before = time.process_time()
    said = str(_problems_in(text, write))
    assert time.process_time() - before < 2
    assert len(said) < 300_000


def test_the_first_hundred_problems_are_shown_and_the_others_counted(write: Write) -> None:
    """A file of nothing but mistakes does not bury the first ones."""
    errors = _problems_in("hostkit:\n" + _each("  key{at}: 1\n", 250), write)
    assert len(errors.problems) == 250
    assert str(errors).count("unknown key") == 100
    assert str(errors).endswith("\n\n... and 150 more problems")


def test_one_problem_more_is_counted_as_one(write: Write) -> None:
    """The last line is grammatical, and is missing if all problems are shown."""
    said = [
        str(_problems_in("hostkit:\n" + _each("  key{at}: 1\n", number), write)).splitlines()[-1]
        for number in (100, 101)
    ]
    assert "... and 1 more problem" not in said[0]
    assert said[1] == "... and 1 more problem"

"""What is compiled for the happy path: a loop as one would write it by hand, unrolled."""

from __future__ import annotations

import dis
import linecache
from types import CodeType
from typing import Any

import pytest

from hostkit.dispatch import Chain
from hostkit.rules import CONTINUE, Collect, FirstDenial, FirstResult, Merge, Notify, Rule
from hostkit.specs import Category, hookspec

from .fakes import allow, hook_of, saying, shadow, wire
from .model import rules


def lane_of(wired: Any, *, exact: bool = False) -> str:
    """Show the compiled function."""
    chain: Chain = wired.chain
    function = chain.exact if exact else chain.lean
    return "".join(linecache.getlines(function.__code__.co_filename))


def test_between_two_callbacks_there_is_nothing_but_a_comparison() -> None:
    """An answer that lets the next module be asked costs no call and no look-up by name."""
    source = lane_of(wire(hook_of(FirstDenial()), "ask", allow, allow))
    one = source.index("_at = 0")
    assert source[one : source.index("return _result")].split("\n") == [
        "_at = 0",
        "            _answer = await _c0(author)",
        "            if _answer is not _pass:",
        "                break",
        "            _at = 1",
        "            _answer = await _c1(author)",
        "            if _answer is not _pass:",
        "                break",
        "            ",
    ]


def test_what_is_unusual_goes_through_the_loop() -> None:
    """A chain with a module in shadow mode has no lane of its own."""
    source = lane_of(wire(hook_of(FirstDenial()), "ask", allow, shadow(allow)))
    assert "_c0" not in source
    assert "return await _ask((author, text, ), is_timed=False)" in source


def test_nothing_is_left_of_an_empty_chain_but_its_default() -> None:
    """It returns, and is not a method."""
    source = lane_of(wire(hook_of(FirstResult(default=7)), "ask"))
    assert source.split("\n") == [
        "async def _lane(author, text=_default_text):",
        "    _at = 0",
        "    return _result",
        "",
    ]


def names_in(code: CodeType) -> set[str]:
    """List all names that a function uses."""
    return {*code.co_names, *code.co_varnames}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: type(rule).__name__)
@pytest.mark.parametrize("exact", [False, True])
def test_all_names_are_out_of_the_arguments_way(rule: Rule, exact: bool) -> None:
    """A lane uses no name without an underscore but arguments, attributes and ``self``."""
    wired = wire(hook_of(rule), "ask", allow, lambda author, text: None)
    function = wired.chain.exact if exact else wired.chain.lean
    used = names_in(function.__code__) | {
        str(step.argval)
        for step in dis.get_instructions(function)
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
    own = {name for name in used if not name.startswith("_")}
    assert own <= {"self", "author", "text", "append", "is_over", "result", "error", "outcome"}


class Answers(Category):
    @hookspec(Collect())
    def all_now(self, author: str) -> Any:
        """Called for what cannot wait."""

    @hookspec(Merge(combine=list, stop_at="stop"))
    async def merged(self, author: str) -> list[Any]:
        """Called for what ends with a word."""

    @hookspec(Notify())
    async def told(self, author: str) -> None:
        """Called for nothing."""


def test_the_lane_gathers_answers_itself() -> None:
    """Without reading them, there is no need for the loop."""
    wired = wire(Answers, "all_now", lambda author: 1, lambda author: CONTINUE)
    assert wired.call("ann") == [1, CONTINUE]
    merged = wire(Answers, "merged", saying(1), saying("stop"), saying(2))
    assert merged.run() == "stop"
    assert wire(Answers, "merged", saying(1), saying(2)).run() == [1, 2]
    assert wire(Answers, "told", saying(1)).run() is None

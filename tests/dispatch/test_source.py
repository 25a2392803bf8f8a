from __future__ import annotations

from typing import Any

import pytest

from hostkit.dispatch._source import write_chain
from hostkit.rules import (
    Collect,
    Decision,
    Exclusive,
    FirstDenial,
    FirstResult,
    Merge,
    Notify,
    Rule,
)
from hostkit.specs import Category, hookspec

from .fakes import allow, callback, hook_of


class Comments(Category):
    @hookspec(FirstDenial())
    async def check(self, author: str, text: str = "hi") -> Decision:
        """Called before a comment is stored."""

    @hookspec(Notify())
    def told(self) -> None:
        """Called after a comment was stored."""

    @hookspec(FirstResult())
    async def find(self, author: str) -> str:
        """Called for a name."""
        return author


async def both(author: str, text: str) -> Any: ...


def plain() -> None: ...


def test_the_happy_path_is_a_loop_written_by_hand() -> None:
    """Between one callback and the next, the lean function does nothing but compare."""
    chain = [callback((Comments, "check"), f"m{number}", both) for number in range(2)]
    source = write_chain(Comments.hookspecs["check"], chain, timed=False)
    assert (
        "async def _lean(self, author, text=_default_text):\n"
        "    global _entry0, _entry1\n"
        "    if _armed:\n"
        "        _open_window()\n"
        "        return await _timed(self, author, text)\n"
        "    _t = None\n"
        "    _at = 0\n"
        "    try:\n"
        "        _r = await _c0(author, text)\n"
        "    except _Exception as _e:\n"
        "        _t, _r = _failed(0, _e, _t)\n"
        "        if _r is not _CONTINUE:\n"
        "            if _t is not None:\n"
        "                _t.decided(0, _r)\n"
        "            return _r\n"
        "    else:\n"
        "        if _r is not _allow:\n"
    ) in source
    assert source.endswith(
        "    if _t is not None:\n        _t.decided(None, _allow)\n    return _allow\n"
    )


def test_an_empty_chain_is_its_default() -> None:
    """With nothing to ask, the function returns, and is no method."""
    assert (
        write_chain(Comments.hookspecs["told"], [], timed=False)
        == "def _lean():\n    return None\n"
    )
    assert write_chain(Comments.hookspecs["find"], [], timed=False) == (
        "async def _lean(author):\n"
        "    _at = None\n"
        "    _r = await _fallback(_caller, author)\n"
        "    return _r\n"
    )


def test_an_unmeasured_synchronous_chain_awaits_nothing() -> None:
    """A synchronous hook is a plain function, and looks at no answer twice."""
    chain = [callback((Comments, "told"), "m0", plain)]
    source = write_chain(Comments.hookspecs["told"], chain, timed=False)
    assert source.startswith("def _lean(self):\n")
    assert "await" not in source


@pytest.mark.parametrize("timed", [False, True])
@pytest.mark.parametrize(
    "rule",
    [
        FirstDenial(),
        FirstDenial(read=str),
        FirstResult(),
        FirstResult(read=str),
        Notify(),
        Collect(),
        Collect(read=str),
        Merge(combine=sum),
        Merge(combine=sum, stop_at=1, read=str),
        Exclusive(),
        Exclusive(read=str),
    ],
)
def test_all_names_are_out_of_the_arguments_way(rule: Rule, timed: bool) -> None:
    """The functions use no name without an underscore but arguments, attributes and ``self``."""
    desk = hook_of(rule, copy=("text",))
    chain = [
        callback((desk, "ask"), "m0", allow),
        callback((desk, "ask"), "m1", both, shadow=True, timeout_seconds=1.0),
        callback((desk, "ask"), "m2", lambda author: None),
    ]
    source = write_chain(desk.hookspecs["ask"], chain, timed=timed)
    namespace: dict[str, Any] = {"_default_text": None}
    exec(compile(source, "<test>", "exec"), namespace)
    code = namespace["_timed" if timed else "_lean"].__code__
    attributes = {"abandoned", "answered", "append", "cancelled", "decided", "seconds"}
    used = {*code.co_varnames, *code.co_names} - attributes
    assert {name for name in used if not name.startswith("_")} == {"self", "author", "text"}

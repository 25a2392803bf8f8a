"""Paths that somebody made up to get somewhere."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit.web import Router
from tests.web.conftest import ask
from tests.web.pages import Echo

if TYPE_CHECKING:
    from types import FrameType

ROOT = Router({"/a": Echo("a"), "/a/b": Echo("b"), "/open": Echo("open", leaf=False)})


@pytest.mark.parametrize(
    "path",
    [
        "/a/..",
        "/a/../b",
        "/a/%2e%2e/b",
        "/a/.%2E/b",
        "/a/./b",
        "/a/%2e",
        "/%2e%2e/a",
        "/../../etc/passwd",
        "/nowhere/..",
        "/a%00",
        "/a/x%00.png",
        "/a/%ff",
        "/a/%c0%ae%c0%ae/b",
        "/a/%ed%a0%80",
        "/%fe%ff",
        "a",
        "xa",
        "http:/example.org/a",
    ],
)
def test_paths_that_mean_something_else_are_refused(path: str) -> None:
    """Dots for segments, NUL, and what is not UTF-8 reach no resource, plain or encoded."""
    answer = ask(ROOT, "GET", path)
    assert (answer.status, answer.json) == (
        400,
        {
            "errcode": "bad_path",
            "error": "a path begins with a slash, is UTF-8, and has no '.', '..' or NUL",
        },
    )


@pytest.mark.parametrize("path", ["//a", "///", "/%2fa", "/a%2fb", "/%252e%252e", "/A", "/a%20"])
def test_paths_that_are_only_like_another_are_unknown(path: str) -> None:
    """An empty or an encoded segment is a segment as any other, and nothing is decoded twice."""
    assert ask(ROOT, "GET", path).status == 404


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/a//b", "a: a | /b"),
        ("/a/", "a: a | "),
        ("/a/..b/.c/d.", "a: a | ..b/.c/d."),
        ("/%61/%62", "b: a/b | "),
        ("/a/%2e%2e%2fb", "a: a | ../b"),
        ("/a/%252e", "a: a | %2e"),
    ],
)
def test_below_a_leaf_other_segments_are_its_own(path: str, said: str) -> None:
    """What is no trick is passed on, decoded once."""
    assert ask(ROOT, "GET", path).body.decode() == said


def test_an_asterisk_is_for_options_alone() -> None:
    """`OPTIONS *` asks the server as a whole; no resource is asked."""
    assert ask(ROOT, "OPTIONS", "*").status == 200
    assert ask(ROOT, "GET", "*").status == 405


@given(st.lists(st.binary(max_size=6), min_size=1, max_size=6))
def test_every_path_has_an_answer(segments: list[bytes]) -> None:
    """No path breaks the router, and a resource sees exactly the segments that were asked for."""
    path = "/" + "/".join(quote_from_bytes(segment, safe="") for segment in segments)
    answer = ask(Router({"/x": Echo("x")}), "GET", f"/x{path}")
    try:
        expected = "x: x | " + "/".join(segment.decode() for segment in segments)
    except UnicodeDecodeError:
        expected = None
    if expected is None or {b".", b".."} & set(segments) or b"\0" in b"".join(segments):
        assert answer.status == 400
    else:
        assert (answer.status, answer.body.decode()) == (200, expected)


def count_calls(root: Router, path: str) -> int:
    """Count what the router calls, and is called for, to answer a request."""
    calls = 0

    def count(frame: FrameType, _event: str, _arg: object) -> None:
        nonlocal calls
        calls += frame.f_code.co_filename == inspect.getfile(Router)

    sys.setprofile(count)
    try:
        ask(root, "GET", path)
    finally:
        sys.setprofile(None)
    assert calls > 0
    return calls


def test_ten_thousand_paths_cost_no_more_than_one() -> None:
    """Looking up a path takes as long with many resources as with few."""
    one = Echo("one")
    few = Router({"/a/b/c9999": one})
    many = Router({f"/a/b/c{number}": one for number in range(10_000)})
    assert ask(many, "GET", "/a/b/c9999/x").body == b"one: a/b/c9999 | x"
    for path in ("/a/b/c9999", "/a/b/nowhere"):
        assert count_calls(many, path) == count_calls(few, path)


def test_ten_thousand_children_cost_no_more_than_one() -> None:
    """The same for children that a module has put below its own resource."""
    few, many = Echo("few", leaf=False), Echo("many", leaf=False)
    few.putChild(b"c9999", Echo("c9999"))
    for number in range(10_000):
        many.putChild(f"c{number}".encode(), Echo(f"c{number}"))
    root = Router({"/few": few, "/many": many})
    assert ask(root, "GET", "/many/c9999").body == b"c9999: many/c9999 | "
    for name in ("c9999", "nowhere"):
        assert count_calls(root, f"/many/{name}") == count_calls(root, f"/few/{name}")


def test_a_path_of_many_segments_is_looked_up_no_deeper_than_there_are_resources() -> None:
    """Thousands of slashes make no more work than the deepest path that is registered."""
    root, empty = Router({"/a/b": Echo("b")}), Router({})
    deep = "/a" + "/x" * 4000
    assert ask(root, "GET", deep).status == 404
    assert count_calls(root, deep) < count_calls(empty, deep) + 10

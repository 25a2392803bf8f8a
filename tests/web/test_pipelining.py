"""`PipelinedChannel`: requests that are sent before the answers to earlier ones were taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.web.resource import Resource

from tests.web.line import Line, make_site
from tests.web.pages import Held

if TYPE_CHECKING:
    from twisted.web.server import Request


KILOBYTES_100 = 100 * 1024


class Page(Resource):
    """Answers with the path and so many bytes, and counts its requests."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def __init__(self, size: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.size = size
        self.count = 0

    def render_GET(self, request: Request) -> bytes:  # noqa: N802
        self.count += 1
        return request.path + b" " * self.size


def gets(count: int, first: int = 0) -> bytes:
    """Write some requests, each for a path of its own."""
    return b"".join(
        b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % (first + number) for number in range(count)
    )


def paths(line: Line) -> list[bytes]:
    """Give the paths that were answered."""
    return [answer.body.strip() for answer in line.answers]


def turns(site: Any, count: int) -> None:
    """Let the reactor run so often."""
    site.reactor.pump([0] * count)


@pytest.mark.parametrize("in_one", [True, False])
def test_nothing_is_handled_while_an_answer_waits(in_one: bool) -> None:
    """A thousand requests in one segment or in many, of which the client reads no answer."""
    page = Page(KILOBYTES_100)
    site = make_site(page)
    line = Line(site, narrow=True)
    for number in range(1 if in_one else 1000):
        if line.transport.is_read:
            line.send(gets(1000 if in_one else 1, number))
    turns(site, 10)
    assert page.count == 1
    assert not line.transport.is_read
    assert len(line.transport.unsent) < 2 * KILOBYTES_100
    for taken in range(2, 20 if in_one else 2):
        line.transport.take()
        turns(site, 3)
        assert page.count == taken


def test_all_are_answered_in_order() -> None:
    """If the client reads."""
    page = Page(KILOBYTES_100)
    site = make_site(page)
    line = Line(site, narrow=True)
    line.send(gets(50) + b"GET /50 HT")
    for _ in range(50):
        line.transport.take()
        turns(site, 2)
    line.send(b"TP/1.1\r\nHost: x\r\n\r\n")
    line.transport.take()
    assert paths(line) == [b"/%d" % number for number in range(51)]
    assert line.transport.is_read


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=12),
    st.lists(st.sampled_from(["take", "some", "turn", "send"]), max_size=30),
    st.sampled_from([10, 30_000, 70_000]),
)
def test_whatever_happens_in_between_the_order_is_kept(
    cuts: list[int], steps: list[str], size: int
) -> None:
    """Segments may end anywhere, and answers may be taken in parts."""
    site = make_site(Page(size))
    line = Line(site, narrow=True)
    data = gets(30)
    segments = []
    for length in cuts:
        segments.append(data[:length])
        data = data[length:]
    segments.append(data)
    for step in [*steps, *["send", "take", "turn"] * 60]:
        if step == "send" and segments and line.transport.is_read:
            line.send(segments.pop(0))
        elif step == "some":
            line.transport.take(1000)
        elif step == "take":
            line.transport.take()
        elif step == "turn":
            turns(site, 1)
        assert len(line.transport.unsent) < 3 * 70_000
    assert paths(line) == [b"/%d" % number for number in range(30)]


def test_what_comes_during_a_request_is_not_read_without_end() -> None:
    """Twisted reads on while a request is in flight and its answer waits to be taken."""
    held = Held()
    line = Line(make_site(held), narrow=True)
    line.get()
    request = held.requests[0]
    line.send(gets(2))
    assert line.transport.is_read
    request.write(b"x" * KILOBYTES_100)
    assert not line.transport.is_read
    line.send(gets(1, 2))  # it was read already
    line.transport.take()
    assert line.transport.is_read
    request.write(b"x" * KILOBYTES_100)
    held.answer(b"")
    assert held.requests == []
    line.transport.take()
    for number in range(3):
        assert held.requests[0].path == b"/%d" % number
        held.answer()


def test_much_that_comes_during_a_request_is_not_read_on_afterwards() -> None:
    """Of what waits for an answer there are 16 KiB at most, and what came with them."""
    held = Held()
    line = Line(make_site(held), narrow=True)
    line.get()
    line.send(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20_000)
    held.requests[0].write(b"x" * KILOBYTES_100)
    line.transport.take()
    assert not line.transport.is_read
    held.answer(b"")
    assert line.transport.is_read


def test_others_have_their_turn() -> None:
    """After 16 requests; until the reactor has looked at the others, nothing more is read."""
    page = Page(1)
    site = make_site(page)
    line = Line(site)
    line.send(gets(40))
    assert page.count == 16
    turns(site, 3)
    assert paths(line) == [b"/%d" % number for number in range(40)]


def test_a_connection_that_is_lost_has_no_turn() -> None:
    """What its client had sent is forgotten."""
    page = Page(1)
    site = make_site(page)
    line = Line(site)
    line.send(gets(40))
    line.hang_up()
    turns(site, 3)
    assert page.count == 16


def test_a_turn_waits_for_the_answers_to_be_taken() -> None:
    """With TLS, what is written may only be known to wait when the turn is over."""
    page = Page(1)
    site = make_site(page)
    line = Line(site, narrow=True)
    line.send(gets(40))
    line.transport.write(b" " * KILOBYTES_100)
    turns(site, 3)
    assert page.count == 16
    line.transport.take()
    turns(site, 3)
    assert page.count == 40

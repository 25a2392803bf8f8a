"""`HostSite.settled`: waiting for the requests of now, and no others."""

from __future__ import annotations

from typing import Any

from tests.web.line import Line, make_site
from tests.web.pages import Held


def look(site: Any) -> None:
    """Let a second pass, after which a site looks at what is in flight."""
    site.reactor.advance(1)


def test_nothing_is_waited_for_where_nothing_is_under_way() -> None:
    """Idle connections count for nothing."""
    site = make_site()
    assert site.settled().called
    line = Line(site)
    line.get()
    assert line.answer.status == 200
    assert site.settled().called


def test_what_is_under_way_is_waited_for() -> None:
    """Each caller for what was in flight when it asked; it is known a second late at most."""
    page = Held()
    site = make_site(page)
    first, second = Line(site), Line(site)
    first.get()
    one = site.settled()
    second.get()
    both = site.settled()
    page.answer()
    look(site)
    assert (one.called, both.called) == (True, False)
    page.answer()
    look(site)
    assert both.called
    assert site._settling == []


def test_a_request_that_is_still_arriving_is_under_way() -> None:
    """Its first line has come, so it may belong to what was served before."""
    site = make_site()
    line = Line(site)
    line.send("GET / HTTP/1.1\r\n")
    settled = site.settled()
    look(site)
    assert not settled.called
    line.hang_up()
    assert settled.called


def test_who_gives_up_waiting_is_forgotten() -> None:
    """The request goes on; what comes of it is nobody's business any more."""
    page = Held()
    site = make_site(page)
    line = Line(site)
    line.get()
    settled = site.settled()
    settled.addErrback(lambda _: None)
    settled.cancel()
    page.answer()
    look(site)
    assert line.answer.body == b"done"
    assert site._settling == []

"""`Channel`: answers that a client is slow to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.web.resource import Resource

from tests.web.line import Line, make_site

if TYPE_CHECKING:
    from twisted.web.server import Request

    from hostkit.web._site import HostSite


class Long(Resource):
    """Answers with 25 kilobytes."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def render_GET(self, request: Request) -> bytes:  # noqa: N802
        return b"x" * 25 * 1024


def page() -> Long:
    """Make the page."""
    return Long()  # type: ignore[no-untyped-call]


def wait(site: HostSite, seconds: int) -> None:
    """Let time pass, a second at a time."""
    clock: Any = site.reactor
    clock.pump([1] * seconds)


def test_a_client_that_reads_slowly_gets_the_whole_answer() -> None:
    """As long as the answer is on its way the connection is not idle, but not for ever."""
    site = make_site(page(), idle=5)
    line = Line(site)
    line.get()
    channel: Any = line.transport.protocol
    channel.pauseProducing()  # the system takes no more for now
    wait(site, 20)
    assert line.is_open()
    channel.resumeProducing()
    wait(site, 7)
    assert not line.is_open()


def test_a_client_that_reads_nothing_is_hung_up_on() -> None:
    """It gets a second for each kilobyte of its answer."""
    site = make_site(page(), idle=5)
    line = Line(site)
    line.get()
    channel: Any = line.transport.protocol
    channel.pauseProducing()
    wait(site, 26)
    assert line.is_open()
    wait(site, 10)
    assert not line.is_open()

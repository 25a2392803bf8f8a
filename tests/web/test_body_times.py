"""How slow a body may be, and how long it may take."""

from __future__ import annotations

from typing import Any

from tests.web.line import Line, make_site, wait


def test_a_slow_body_is_refused() -> None:
    """A body that trickles in has no more than its time; also one in chunks."""
    for is_chunked in (False, True):
        site = make_site(body_time=30)
        line = Line(site)
        if is_chunked:
            line.post_chunks(b"x")
        else:
            line.post(1000)
        for _ in range(30):
            wait(site, 1)
        assert line.is_open()
        wait(site, 2)
        assert (line.answer.status, line.answer.json["errcode"]) == (408, "timeout")
        assert site.busy == 0
        line.hang_up()


def trickle(site: Any, line: Line, speed: int, seconds: int) -> None:
    """Send some of a body each second."""
    for _ in range(seconds):
        line.send(b"x" * speed)
        wait(site, 1)


def test_a_long_body_has_more_time_if_it_comes() -> None:
    """Its speed is measured anew each time: what came fast at first does not help later."""
    site = make_site(body_time=30, body_speed=1024)
    line = Line(site)
    line.post(1024**2, b"x" * 1024 * 500)
    trickle(site, line, 1024, 100)
    assert line.is_open()
    trickle(site, line, 1000, 60)
    assert line.answer.status == 408
    assert (site.bodies.kept, site.busy) == (0, 0)
    line.hang_up()


def test_no_body_takes_longer_than_its_deadline() -> None:
    """However fast it comes: 50 MB at 1.1 KB/s would otherwise keep a connection for half a day."""
    site = make_site(body=10**9, body_time=30, body_deadline=100)
    fast, slow = Line(site), Line(site)
    fast.post(100 * 10_000)
    slow.post(10**9)
    for _ in range(100):
        fast.send(b"x" * 10_000)
        trickle(site, slow, 1100, 1)
    assert fast.answer.body == b"1000000"
    wait(site, 2)
    assert slow.answer.status == 408
    slow.hang_up()


def test_a_slow_upload_is_taken() -> None:
    """50 MB at 50 KB/s come within the limits that are set if nothing else is."""
    site = make_site()
    line = Line(site)
    line.post(50 * 1024**2)
    trickle(site, line, 50 * 1024, 1024)
    assert line.answer.body == b"%d" % (50 * 1024**2)


def test_the_deadline_may_come_before_the_speed_is_measured() -> None:
    """It is the last word, however long `body_time` is."""
    site = make_site(body_time=30, body_deadline=10)
    line = Line(site)
    line.post(1000)
    wait(site, 10)
    assert line.is_open()
    wait(site, 2)
    assert line.answer.status == 408
    line.hang_up()

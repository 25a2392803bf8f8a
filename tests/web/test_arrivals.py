"""Which new connections a listener takes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress

from tests.web.line import LOCAL, Line, make_site
from tests.web.pages import Count, Held

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress


def v4(host: str) -> IPv4Address:
    return IPv4Address("TCP", host, 1)


def v6(host: str) -> IPv6Address:
    return IPv6Address("TCP", host, 1)


@pytest.mark.parametrize(
    ("peer", "other", "client"),
    [
        (v4("192.0.2.1"), v4("192.0.2.1"), "192.0.2.1"),
        (v4("127.0.0.1"), v4("127.0.0.1"), None),
        (v6("2001:db8:1:2:3:4:5:6"), v6("2001:db8:1:2::9"), "2001:db8:1:2::/64"),
        (v6("2001:db8:1:2::9"), v6("2001:db8:1:3::9"), None),
        (v6("fe80::1%eth0"), v6("fe80::2%eth0"), "fe80::/64"),
        (v6("::ffff:192.0.2.1"), v4("192.0.2.1"), "192.0.2.1"),
        (v6("::1"), v6("::1"), None),
        (v6("::ffff:127.0.0.1"), v6("::ffff:127.0.0.1"), None),
        (UNIXAddress(b"/x"), UNIXAddress(b"/x"), None),
    ],
)
def test_a_client_is_an_address_or_a_network(
    peer: IAddress, other: IAddress, client: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """As everybody with IPv6 has a network to choose addresses from; this machine is no client."""
    site = make_site(connections_per_address=1)
    assert Line(site, peer=peer).is_open()
    assert Line(site, peer=other).is_open() == (client is None)
    assert (f" from {client}, " in caplog.text) == (client is not None)


MOST_EXTRA = 16
FULL = f"{LOCAL}: there are 2 connections, the most that `limits: connections` allows"


@pytest.mark.parametrize("tls", [False, True])
def test_a_connection_too_many_is_closed(tls: bool, caplog: pytest.LogCaptureFixture) -> None:
    """Those there are go on; as soon as one ends there is room for another."""
    held = Held()
    site = make_site(held, connections=2)
    lines = [Line(site, tls=tls) for _ in range(2)]
    lines[0].get()
    refused = Line(site, tls=tls)
    assert refused.transport.is_aborted
    assert caplog.messages == [f"{FULL}; others are closed at once"]
    held.answer()
    assert lines[0].answer.body == b"done"
    lines[1].hang_up()
    another = Line(site, tls=tls)
    another.get()
    held.answer()
    assert another.answer.body == b"done"


def test_one_address_has_so_many_connections(caplog: pytest.LogCaptureFixture) -> None:
    """Others are not harmed; when one of them ends there is room again, and nothing is kept."""
    site = make_site(connections_per_address=2)
    lines = [Line(site, peer=v4("192.0.2.1")) for _ in range(3)]
    assert [line.transport.is_aborted for line in lines] == [False, False, True]
    (message,) = caplog.messages
    assert message == (
        f"{LOCAL}: there are 2 connections from 192.0.2.1, the most that `limits: "
        "connections_per_address` allows; others are closed at once"
    )
    for peer in (v4("192.0.2.2"), v6("2001:db8::1"), v6("2001:db8::2")):
        assert Line(site, peer=peer).is_open()
    assert not Line(site, peer=v6("2001:db8::3")).is_open()
    lines[0].hang_up()
    lines[0].hang_up()
    assert Line(site, peer=v4("192.0.2.1")).is_open()
    site.abort()
    arrivals: Any = site._arrivals
    assert (arrivals._clients, arrivals._taken, site.connections) == ({}, 0, 0)


@pytest.mark.parametrize("endpoint", ["tcp:80", "haproxy:tcp:80"])
def test_proxies_have_as_many_as_they_want(endpoint: str) -> None:
    """On this machine, and where they say for whom they ask only when they are connected."""
    site = make_site(endpoint=endpoint, connections_per_address=1)
    peer = v4("127.0.0.1" if endpoint == "tcp:80" else "192.0.2.1")
    assert all(Line(site, peer=peer).is_open() for _ in range(5))


@pytest.fixture
def healthy() -> Any:
    """Serve a page and a health check, for one connection."""
    return make_site(pages={"/a": Count()}, serve=("modules", "health"), connections=1)


def test_health_is_answered_when_all_places_are_taken(healthy: Any) -> None:
    """On a connection for itself, which ends then; all else is refused there."""
    taken = Line(healthy)
    for path, status in (("/health", 200), ("/a", 503), ("/health?x", 200)):
        line = Line(healthy)
        line.get(path)
        assert line.answer.status == status
        assert line.answer.headers["connection"] == "close"
        assert not line.is_open()
        line.hang_up()
    upload = Line(healthy)
    upload.post(5, b"x", path="/a")
    assert upload.answer.status == 503
    taken.get("/a")
    assert taken.answer.status == 200


def test_idle_connections_keep_no_health_check_out(healthy: Any) -> None:
    """Of those that there is no place for, the oldest has to go."""
    lines = [Line(healthy) for _ in range(1 + MOST_EXTRA * 3)]
    assert healthy.connections == 1 + MOST_EXTRA
    assert lines[0].is_open()
    check = Line(healthy)
    check.get("/health")
    assert check.answer.status == 200
    assert lines[0].is_open()


def test_the_last_files_are_for_others(
    healthy: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Connections leave some to what modules open, and to health checks."""
    assert Line(make_site()).is_open()
    lowest = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest)
    monkeypatch.setattr("resource.getrlimit", lambda _: (lowest, lowest))
    other = make_site()
    assert Line(other).transport.is_aborted
    (message,) = caplog.messages
    assert message.startswith(
        f"{LOCAL}: of the {lowest} files and connections that can be open only the last few "
        "are left"
    )
    check = Line(healthy)
    check.get("/health")
    assert check.answer.status == 200
    monkeypatch.undo()
    assert Line(other).is_open()


def test_no_file_at_all_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if the system says so in the middle of a look."""

    def fail(*_: object) -> int:
        raise OSError

    site = make_site()
    monkeypatch.setattr("os.open", fail)
    assert Line(site).transport.is_aborted

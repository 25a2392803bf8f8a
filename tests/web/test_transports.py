"""Connections whose transport raises are ended nevertheless, and the others are not concerned."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from twisted.internet.tcp import Connection

from hostkit.web._transports import cut  # no reactor has such a transport
from tests.web.line import LOCAL, Line, make_site
from tests.web.pages import Held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Lost(Protocol):
    """Counts how often its connection was lost."""

    lost = 0

    def connectionLost(self, reason: object = None) -> None:  # noqa: N802 -- Twisted's name
        """Count."""
        self.lost += 1


class BlindReactor(Clock):
    """A reactor that has lost its watch of everything, as uvloop does of what was reset."""

    def addReader(self, reader: object) -> None:  # noqa: N802 -- Twisted's name
        """Pretend to watch."""

    def removeReader(self, reader: object) -> None:  # noqa: N802
        """Fail."""
        raise RuntimeError("the handler is closed")

    addWriter = removeWriter = removeReader  # noqa: N815


@pytest.fixture
def connection() -> Iterator[tuple[socket.socket, Any]]:
    """Give the client's end of a connection, and a transport whose reactor is blind."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        accepted, _ = server.accept()
        transport: Any = Connection(accepted, Lost(), BlindReactor())  # type: ignore[arg-type]
        transport.connected = True
        with client, accepted:
            yield client, transport


def test_a_descriptor_is_closed_although_its_transport_raises(
    connection: tuple[socket.socket, Any],
) -> None:
    """Its protocol learns of it, once."""
    client, transport = connection
    protocol, end = transport.protocol, transport.socket
    cut(transport)
    cut(transport)
    assert (protocol.lost, end.fileno()) == (1, -1)
    with pytest.raises(ConnectionResetError):
        client.recv(1)


def test_what_a_protocol_raises_then_is_logged(
    connection: tuple[socket.socket, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """It does not get in the way of the other connections."""
    _, transport = connection
    transport.protocol.connectionLost = None
    cut(transport)
    assert caplog.messages == ["a protocol failed when its connection was cut"]


def break_transport(line: Line) -> None:
    """Let a transport raise, whatever is asked of it."""

    def fail(*_: object) -> None:
        raise RuntimeError("the handler is closed")

    for name in ("write", "writeSequence", "loseConnection", "loseWriteConnection"):
        setattr(line.transport, name, fail)
    line.transport.abortConnection = fail


def test_one_broken_connection_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever their deadline is; it is logged, and the connections are forgotten."""
    site = make_site(Held(), headers_time=10, body_time=10, idle=10)
    broken = [Line(site) for _ in range(3)]
    lines = [Line(site) for _ in range(3)]
    for one in (broken, lines):
        one[0].send("GET")
        one[1].post(10)
    for line in broken:
        break_transport(line)
    site.reactor.pump([1] * 20)
    assert [line.is_open() for line in lines] == [False] * 3
    assert (site.busy, site.connections) == (0, 0)
    assert f"{LOCAL}: a connection is cut, as its transport failed: RuntimeError(" in caplog.text


@pytest.mark.parametrize("way", ["drain", "abort"])
def test_broken_connections_do_not_keep_a_server(way: str) -> None:
    """They are no reason not to end the others."""
    held = Held()
    site = make_site(held)
    lines = [Line(site) for _ in range(4)]
    site.reactor.pump([1] * 3)
    lines[3].get()
    for line in lines[:2]:
        break_transport(line)
    emptied: list[object] = []
    getattr(site, way)()
    site.emptied().addCallback(emptied.append)
    if way == "drain":
        assert (site.connections, emptied) == (1, [])
        held.answer()
    assert (site.connections, site.busy, emptied) == (0, 0, [None])


def wait(site: Any) -> None:
    """Let seven seconds pass, one by one."""
    site.reactor.pump([1] * 7)


STEPS: dict[str, Callable[[Line], object]] = {
    "get": lambda line: line.get(),
    "pipeline": lambda line: line.send("GET / HTTP/1.1\r\n\r\n" * 3),
    "begin": lambda line: line.send("GET / HTTP/1.1\r\n"),
    "post": lambda line: line.post(4, b"x"),
    "body": lambda line: line.send("xxx"),
    "bad": lambda line: line.send("bad\r\n\r\n"),
    "form": lambda line: line.send(
        "POST / HTTP/1.1\r\nContent-Type: multipart/form-data\r\nContent-Length: 1\r\n\r\nx"
    ),
    "hang up": Line.hang_up,
    "break": break_transport,
    "stuck": lambda line: setattr(line.transport, "is_stuck", True),
}
OF_ALL: dict[str, Callable[[Any, Held], object]] = {
    "answer": lambda _, held: held.answer() if held.requests else None,
    "wait": lambda site, _: wait(site),
    "drain": lambda site, _: site.drain(),
    "abort": lambda site, _: site.abort(),
}


@given(
    st.lists(st.tuples(st.sampled_from([*STEPS, *OF_ALL]), st.integers(0, 3)), max_size=40),
    st.integers(1, 4),
)
def test_the_count_is_that_of_the_requests_in_flight(
    steps: list[tuple[str, int]], most: int
) -> None:
    """After whatever happens, in whatever order; no slot is lost, none is given twice."""
    held = Held()
    site = make_site(held, requests=most, headers_time=5, body_time=5, idle=20)
    lines = [Line(site) for _ in range(4)]
    for step, number in steps:
        try:
            if step in OF_ALL:
                OF_ALL[step](site, held)
            else:
                STEPS[step](lines[number])
        except RuntimeError:  # of a transport that is broken: a reactor ends such a connection
            for line in lines:
                if "write" in vars(line.transport):
                    line.hang_up()
        # Of those whose connection was lost it is None.
        in_flight = [each for each in held.requests if bool(each.channel)]
        assert site.busy == len(in_flight) <= most
        held.requests = in_flight
    for line in lines:
        line.hang_up()
    assert (site.busy, site.connections, site.bodies.kept) == (0, 0, 0)

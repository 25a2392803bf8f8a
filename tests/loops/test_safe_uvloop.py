"""`SafeLoop`: uvloop, where what watches a file is called for errors as well."""

from __future__ import annotations

import contextvars
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from hostkit.loops.safe_uvloop import SafeLoop

Pair: TypeAlias = tuple[socket.socket, socket.socket]


@pytest.fixture
def loop() -> Iterator[SafeLoop]:
    """Make a loop, and close it afterwards."""
    loop = SafeLoop()
    yield loop
    loop.close()


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Connect two sockets, the ends of a client and of a server."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        accepted, _ = server.accept()
        accepted.setblocking(False)
        with client, accepted:
            yield client, accepted


def reset(client: socket.socket) -> None:
    """Close a connection so that the other end sees an error."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def run(loop: SafeLoop) -> None:
    """Run a loop until it is stopped, or for a while, which fails the test."""
    alarm = loop.call_later(10, pytest.fail, "nobody was called")
    loop.run_forever()
    alarm.cancel()


def test_a_reset_is_seen(loop: SafeLoop, pair: Pair) -> None:
    """The reader is called; uvloop alone would call nobody."""
    client, server = pair
    loop.add_reader(server, loop.stop)
    reset(client)
    run(loop)
    with pytest.raises(ConnectionResetError):
        server.recv(1)


def test_the_number_of_a_file_that_failed_is_used_again(loop: SafeLoop) -> None:
    """A new connection with the descriptor of one that was reset is watched like any other."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        for _ in range(3):
            client = socket.create_connection(server.getsockname())
            accepted, _ = server.accept()
            with accepted:
                loop.add_reader(accepted, loop.stop)
                loop.add_writer(accepted, int)
                reset(client)
                run(loop)
                assert loop.remove_reader(accepted)
                assert loop.remove_writer(accepted)


def test_reading_and_writing_are_watched_apart(loop: SafeLoop, pair: Pair) -> None:
    """Each with its own function and arguments, until it is removed; the last one added counts."""
    client, server = pair
    seen: list[object] = []

    def write() -> None:
        seen.append("write")
        loop.remove_writer(server)
        loop.stop()

    def read(name: str) -> None:
        seen.extend((name, server.recv(9)))

    loop.add_writer(server, seen.append, "never, as it is replaced")
    loop.add_writer(server, write)
    loop.add_reader(server, read, "read")
    run(loop)
    assert seen == ["write"]
    client.send(b"hello")
    loop.call_later(0.01, loop.stop)
    run(loop)
    assert seen == ["write", "read", b"hello"]
    assert [loop.remove_writer(server), loop.remove_reader(server)] == [False, True]
    assert not loop.remove_reader(server)


def test_what_is_removed_is_not_called(loop: SafeLoop, pair: Pair) -> None:
    """Also if it is removed by what is called just before it."""
    client, server = pair
    seen: list[str] = []

    def read(own: socket.socket, other: socket.socket) -> None:
        seen.append("called")
        loop.remove_reader(own)
        loop.remove_reader(other)
        loop.remove_writer(other)
        loop.remove_writer(own)
        loop.stop()

    for own, other in ((client, server), (server, client)):
        own.send(b"x")
        loop.add_reader(own, read, own, other)
        loop.add_writer(own, seen.append, "never")
    loop.remove_writer(client)
    loop.remove_writer(server)
    run(loop)
    assert seen == ["called"]


def test_an_error_is_reported_and_the_others_are_called(loop: SafeLoop, pair: Pair) -> None:
    """As on other loops; what ends the process passes."""
    client, server = pair
    reported: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: reported.append(context))

    def fail(error: BaseException) -> None:
        loop.remove_writer(client)
        raise error

    loop.add_writer(client, fail, ValueError("no"))
    loop.add_writer(server, loop.stop)
    run(loop)
    (context,) = reported
    assert isinstance(context["exception"], ValueError)
    assert "fail" in context["message"]
    loop.remove_writer(server)
    loop.add_writer(client, fail, SystemExit(3))
    with pytest.raises(SystemExit):
        loop.run_forever()


def test_context_variables_are_those_of_the_call(loop: SafeLoop, pair: Pair) -> None:
    """Of `add_reader`, as on other loops."""
    variable = contextvars.ContextVar("variable", default="loop")
    seen: list[str] = []
    client, server = pair

    def read() -> None:
        seen.append(variable.get() + server.recv(1).decode())
        loop.stop()

    token = variable.set("caller")
    loop.add_reader(server, read)
    variable.reset(token)
    client.send(b"!")
    run(loop)
    assert seen == ["caller!"]


def files() -> set[str]:
    """Give the names of the files that are open; one of them is that of the folder."""
    return {file.name for file in Path("/dev/fd").iterdir()}


def test_nothing_is_open_afterwards() -> None:
    """Closing it twice does no harm, and what is removed too late was removed already."""
    before = files()
    loop = SafeLoop()
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
    loop.close()
    assert files() == before
    assert not loop.remove_reader(0)

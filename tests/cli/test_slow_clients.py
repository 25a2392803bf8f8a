"""`hostkit serve` and clients that do not read, or do not write any more, over real sockets."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.servers import serving, wait_for
from tests.web.certificates import make_certificate

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from tests.files import Write

FILE = """
modules: [{{module: tests.cli.pages.Pages}}]
hostkit:
  listeners:
    - endpoint: "{endpoint}"
      serve: [modules]
      limits: {{requests: 3, send_idle: 1s}}
"""
MEGABYTE = 1024**2
TCP = "tcp:0:interface=127.0.0.1"
ENDPOINTS = {
    "tcp": TCP,
    "ssl": "ssl:0:privateKey=x.key:certKey=x.crt:interface=127.0.0.1",
    "unix": "unix:there",
}
every_endpoint = pytest.mark.parametrize("kind", ["tcp", "ssl", "unix"])
every_reactor = pytest.mark.parametrize("reactor", ["asyncio", "uvloop", "epoll", "poll"])

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")


class Served:
    """A server, and the way to connect to it."""

    def __init__(self, process: subprocess.Popen[str], folder: Path, kind: str) -> None:
        self.process = process
        self._folder = folder
        self._kind = kind
        line = wait_for(process, "listening on")
        port = re.search(r"127\.0\.0\.1:(\d+)/", line)
        self._port = int(port[1]) if port else None

    def connect(self) -> socket.socket:
        """Connect to it."""
        if self._kind == "unix":
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(20)
            client.connect(str(self._folder / "there"))
            return client
        client = socket.create_connection(("127.0.0.1", self._port), timeout=20)
        if self._kind == "ssl":
            context = ssl.create_default_context(cafile=str(self._folder / "x.crt"))
            return context.wrap_socket(client, server_hostname="localhost")
        return client

    def ask(self, path: str) -> bytes:
        """Ask for something on a connection of its own."""
        with self.connect() as client:
            client.sendall(get(path, "Connection: close"))
            return read(client)

    def proc(self, name: str) -> Path:
        """Give a file about the process."""
        return Path(f"/proc/{self.process.pid}/{name}")

    @property
    def most_memory(self) -> int:
        """The most memory that it has had, in bytes."""
        found = re.search(r"VmHWM:\s+(\d+) kB", self.proc("status").read_text())
        assert found is not None
        return int(found[1]) * 1024

    @property
    def files(self) -> int:
        """How many files it has open."""
        return len(list(self.proc("fd").iterdir()))


@contextlib.contextmanager
def served(
    write: Write, tmp_path: Path, kind: str = "tcp", reactor: str = "asyncio"
) -> Iterator[Served]:
    """Serve the pages."""
    make_certificate(tmp_path)
    endpoint = ENDPOINTS[kind].replace("there", str(tmp_path / "there"))
    with serving(write(FILE.format(endpoint=endpoint)), "--reactor", reactor) as process:
        yield Served(process, tmp_path, kind)


def get(path: str, *headers: str) -> bytes:
    """Write a request."""
    return "\r\n".join((f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", "")).encode()


def read(client: socket.socket, most: int | None = None) -> bytes:
    """Read to the end, or up to so many bytes."""
    data = bytearray()
    while (most is None or len(data) < most) and (more := client.recv(MEGABYTE)):
        data += more
    return bytes(data)


def send_what_fits(client: Any, data: bytes) -> None:
    """Send until the server reads no more, or all is sent."""
    client.settimeout(0.5)
    with contextlib.suppress(TimeoutError, OSError):
        client.sendall(data)
    client.settimeout(20)


@every_endpoint
def test_pipelining_takes_no_memory(kind: str, write: Write, tmp_path: Path) -> None:
    """Two thousand requests for a page of a megabyte, of which none is read at first."""
    with served(write, tmp_path, kind) as server:
        server.ask("/page")
        before = server.most_memory
        with server.connect() as client, server.connect() as other:
            send_what_fits(client, get("/page") * 2000)
            send_what_fits(other, get("/file") + get("/" + "x" * 1000) * 2000)
            assert server.ask("/small").endswith(b"small")
            answers = read(client, 10 * MEGABYTE)
        assert answers.count(b"HTTP/1.1 200 OK") >= 10
        assert server.most_memory - before < 40 * MEGABYTE


@every_reactor
def test_half_closed_clients_get_their_answers(reactor: str, write: Write, tmp_path: Path) -> None:
    """All of them, also long ones and those that take time; nothing is left open afterwards."""
    with served(write, tmp_path, reactor=reactor) as server:
        server.ask("/small")
        before = server.files
        for paths in [("/small", "/small")] * 20 + [("/page", "/small", "/file"), ("/slow",) * 2]:
            with server.connect() as client:
                client.sendall(b"".join(get(path) for path in paths))
                client.shutdown(socket.SHUT_WR)
                assert read(client).count(b"HTTP/1.1 200 OK") == len(paths)
        for start in (b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n"):
            with server.connect() as client:
                client.sendall(start)
                client.shutdown(socket.SHUT_WR)
                assert read(client) == b""
        until = time.monotonic() + 10
        while server.files > before and time.monotonic() < until:
            time.sleep(0.01)
        assert server.files <= before


@pytest.mark.hardening
@every_endpoint
@every_reactor
def test_clients_that_do_not_read_lose_their_slots(
    kind: str, reactor: str, write: Write, tmp_path: Path
) -> None:
    """As many as there are slots ask for a file; a client that reads slowly gets all of it."""
    with served(write, tmp_path, kind, reactor) as server, contextlib.ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(server.connect()).sendall(get("/file"))
        with server.connect() as steady:
            steady.sendall(get("/file", "Connection: close"))
            taken = 0
            until = time.monotonic() + 6
            while time.monotonic() < until:
                taken += len(steady.recv(65536))
                time.sleep(0.05)
            assert server.ask("/small").endswith(b"small")
            assert taken + len(read(steady)) > 16 * MEGABYTE
        assert server.ask("/small").endswith(b"small")

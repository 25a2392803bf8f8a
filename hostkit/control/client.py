"""What a client of a control socket does: it finds the socket, and asks its server."""

from __future__ import annotations

import contextlib
import json
import math
import select
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

VERSION: Final = 1
"""The version of what client and server say to each other; a server refuses newer ones."""

_PATIENCE_SECONDS: Final = 6.0  # the server itself reports after 5
_IDLE_SECONDS: Final = 0.2
_PIECE: Final = 65536
_NO_ANSWER: Final = "still waiting: the server does not answer, so its event loop may be blocked"

Report: TypeAlias = "Callable[[str], None]"
"""Says what happens meanwhile."""


def control_path(pid_file: Path) -> Path:
    """Return the path of the control socket that belongs to a pid file."""
    return pid_file.with_name(f"{pid_file.name}.sock")


def find_control(number: int) -> Path | None:
    """Find the control socket of a process, by the pid file that it holds open.

    Args:
        number: The process.

    Returns:
        The path; `None` if there is none, or the system does not say.
    """
    with contextlib.suppress(OSError):
        for link in Path(f"/proc/{number}/fd").iterdir():
            with contextlib.suppress(OSError):  # it was closed meanwhile
                path = control_path(Path(link.readlink()))
                if path.is_socket():
                    return path
    return None


def ask(  # noqa: PLR0913 -- one for each thing that may happen meanwhile
    path: Path,
    command: str,
    report: Report,
    patience: float = _PATIENCE_SECONDS,
    *,
    arguments: Mapping[str, Any] | None = None,
    receive: Callable[[Any], None] = lambda _: None,
    idle: Callable[[], object] = lambda: None,
) -> dict[str, Any] | None:
    """Have a serving process do something, and wait until it is done.

    Args:
        path: Its control socket.
        command: The command.
        report: Is called with what happens meanwhile.
        patience: After how many seconds without any answer that is reported, too.
        arguments: What else the command needs.
        receive: Is called with each item of a command that answers with several.
        idle: Is called now and then while nothing comes.

    Returns:
        What it came to; `None` if the process has ended meanwhile.

    Raises:
        OSError: No process listens there, or it is another user's.
    """
    request = {"version": VERSION, "command": command, "arguments": dict(arguments or {})}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(json.dumps(request).encode() + b"\n")
        if not _wait(connection, patience, idle):
            report(_NO_ANSWER)
        for answer in map(json.loads, _lines(connection, idle)):
            if "ok" in answer:
                found: dict[str, Any] = answer
                return found
            if "item" in answer:
                receive(answer["item"])
            else:
                report(answer["meanwhile"])
    return None


def _wait(connection: socket.socket, seconds: float, idle: Callable[[], object]) -> bool:
    """Wait until something can be read; return whether it can."""
    end = time.monotonic() + seconds
    while True:
        left = end - time.monotonic()
        if select.select([connection], [], [], max(min(left, _IDLE_SECONDS), 0))[0]:
            return True
        if left <= 0:
            return False
        idle()


def _lines(connection: socket.socket, idle: Callable[[], object]) -> Iterator[bytes]:
    rest = b""
    while True:
        _wait(connection, math.inf, idle)
        data = connection.recv(_PIECE)
        if not data:
            return
        *lines, rest = (rest + data).split(b"\n")
        yield from lines

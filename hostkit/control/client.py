"""What a client of a control socket does: it finds the socket, and asks its server."""

from __future__ import annotations

import contextlib
import json
import select
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VERSION: Final = 1
"""The version of what client and server say to each other; a server refuses newer ones."""

_PATIENCE_SECONDS: Final = 6.0  # the server itself reports after 5
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


def ask(
    path: Path,
    command: str,
    report: Report,
    patience: float = _PATIENCE_SECONDS,
    *,
    arguments: Mapping[str, Any] | None = None,
    receive: Callable[[Any], None] = lambda _: None,
) -> dict[str, Any] | None:
    """Have a serving process do something, and wait until it is done.

    Args:
        path: Its control socket.
        command: The command.
        report: Is called with what happens meanwhile.
        patience: After how many seconds without any answer that is reported, too.
        arguments: What else the command needs.
        receive: Is called with each item of a command that answers with several.

    Returns:
        What it came to; `None` if the process has ended meanwhile.

    Raises:
        OSError: No process listens there, or it is another user's.
    """
    request = {"version": VERSION, "command": command, "arguments": dict(arguments or {})}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(json.dumps(request).encode() + b"\n")
        if not select.select([connection], [], [], patience)[0]:
            report(_NO_ANSWER)
        with connection.makefile("rb") as lines:
            for answer in map(json.loads, lines):
                if "ok" in answer:
                    found: dict[str, Any] = answer
                    return found
                if "item" in answer:
                    receive(answer["item"])
                else:
                    report(answer["meanwhile"])
    return None

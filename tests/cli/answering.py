"""A process that answers what a test says, for the commands that ask one: this process itself."""

from __future__ import annotations

import json
import os
import socket
import threading
from typing import TYPE_CHECKING, Any, Final, final

if TYPE_CHECKING:
    from pathlib import Path

NUMBER: Final = str(os.getpid())
"""What commands are given to ask it."""


@final
class Answering:
    """Takes commands at a control socket, which commands find by the pid file beside it.

    Args:
        folder: Where both stand.

    Attributes:
        asked: The commands that came, with their arguments.
    """

    def __init__(self, folder: Path) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._lines: list[dict[str, Any]] = []
        self._pid_file = (folder / "words.pid").open("w")
        self._path = str(folder / "words.pid.sock")
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(self._path)
        self._listening.listen()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def answer(self, answer: dict[str, Any] | None, *items: Any, meanwhile: str = "") -> None:
        """Answer so from now on.

        Args:
            answer: The answer; `None`: it ends before.
            items: What it sends before that.
            meanwhile: What it reports before that.
        """
        reports = [{"meanwhile": meanwhile}] if meanwhile else []
        self._lines = [*reports, *({"item": item} for item in items)]
        if answer is not None:
            self._lines.append({"ok": True, "version": 1, "pid": 4711, **answer})
        self.asked.clear()

    def end(self) -> None:
        """Answer nothing any more."""
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(self._path)  # and ask nothing
        self._thread.join()
        self._listening.close()
        self._pid_file.close()

    def _run(self) -> None:
        while True:
            connection, _ = self._listening.accept()
            with connection, connection.makefile("rw") as stream:
                line = stream.readline()
                if not line:
                    return
                asked = json.loads(line)
                self.asked.append((asked["command"], asked["arguments"]))
                stream.writelines(f"{json.dumps(line)}\n" for line in self._lines)

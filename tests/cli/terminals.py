"""A terminal for the commands of these tests, and the time that passes while they run."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TextIO, final

from hostkit.cli import main
from tests.cli.servers import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

ERASE = "\r\x1b[K"
"""What erases the line of the cursor."""


_END: Final = "\x04"  # which no command writes


@final
class Terminal:
    """Takes what commands write to standard error, and gives it a time that the test sets.

    Args:
        monkeypatch: Replaces standard error, and the time of what is drawn.
        seconds: How much time passes from one look at the clock to the next.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float = 0.5) -> None:
        self._monkeypatch = monkeypatch
        self._seconds = seconds
        self._now = 0.0
        monkeypatch.setattr("hostkit.cli._progress.monotonic", self.pass_time)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", "80")

    def pass_time(self) -> float:
        """Let some time pass, and read the clock."""
        self._now += self._seconds
        return self._now

    def run(self, *args: str) -> str:
        """Run a command, and return what it has written to the terminal."""

        def write(stream: TextIO) -> None:
            self._monkeypatch.setattr(sys, "stderr", stream)
            with suppress(SystemExit):
                main(args, prog_name="hostkit")

        return _read_from(write)

    def run_apart(self, *args: str) -> str:
        """Run a command in a process of its own, in which each look takes a second."""
        code = (
            "from itertools import count; from hostkit.cli import _progress, main; "
            "_progress.monotonic = count().__next__; main()"
        )

        def write(stream: TextIO) -> None:
            command = [sys.executable, "-c", code, *args]
            subprocess.run(command, stderr=stream, stdout=subprocess.PIPE, check=True, cwd=ROOT)

        return _read_from(write)


def _read_from(write: Callable[[TextIO], None]) -> str:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as stream:
        write(stream)
        stream.write(_END)
    read = b""
    while not read.endswith(_END.encode()):
        read += os.read(ours, 4096)
    os.close(ours)
    return read.decode().removesuffix(_END).replace("\r\n", "\n")


def drawn(written: str) -> list[str]:
    """Take what was drawn and erased again from what was written to a terminal."""
    return [each for each in written.split(ERASE)[1:-1] if each]

"""`Progress`: the line on a terminal that says how far a command is, once that takes long."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Final, TextIO, final

import click

from hostkit.cli._manner import manner
from hostkit.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

_AFTER_SECONDS: Final = 1.0
_EVERY_SECONDS: Final = 0.1
_BAR: Final = 24
_ERASE: Final = "\r\x1b[K"


@final
class Progress:
    """One line, which is drawn over and over again, and erased before anything else is written.

    What calls it is busy itself: nothing is drawn unless it is called.

    Args:
        stream: Where it is drawn; nothing is, unless that is a terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        speaks = not (manner().quiet or manner().verbose)
        self.is_shown: Final = (
            speaks and stream.isatty() and os.environ.get("TERM") not in {None, "dumb"}
        )
        self._began = monotonic()
        self._drawn_at = self._began - _EVERY_SECONDS
        self._is_drawn = False
        self._what = ""
        self._done, self._total = 0, 0

    def begin(self, what: str, total: int = 0) -> None:
        """Begin a part of what the command does.

        Args:
            what: What it is.
            total: How many steps it has; 0 if that is not known yet.
        """
        self._what = what
        self.expect(total)

    def expect(self, total: int) -> None:
        """Begin to count steps.

        Args:
            total: How many there are.
        """
        self._done, self._total = 0, total
        self.tick()

    def advance(self) -> None:
        """Note that a step is done."""
        self._done = min(self._done + 1, self._total)
        self.tick()

    def tick(self) -> None:
        """Draw the line, unless it is too early for that."""
        now = monotonic()
        is_due = now - self._began >= _AFTER_SECONDS and now - self._drawn_at >= _EVERY_SECONDS
        if not self.is_shown or not is_due:
            return
        self._drawn_at, self._is_drawn = now, True
        from shutil import get_terminal_size  # noqa: PLC0415 -- it imports what compresses files

        width = get_terminal_size().columns - 1  # in the last one, some terminals wrap
        rest = f"  {self._bar()}" if self._total else f": {now - self._began:.0f}s"
        room = max(width - len(rest), 0)
        what = visible(self._what)
        shown = what if len(what) <= room else f"{what[: room - 1]}…"
        self._write(f"{_ERASE}{shown}{rest}"[: width + len(_ERASE)])

    def clear(self) -> None:
        """Erase the line, if it is drawn."""
        if self._is_drawn:
            self._is_drawn = False
            self._write(_ERASE)

    def _bar(self) -> str:
        # Only as a text: left to itself, it stays on the terminal when it ends.
        bar = click.progressbar(
            length=self._total, show_eta=False, show_pos=True, width=_BAR, file=self._stream
        )
        bar.make_step(self._done)
        return bar.format_progress_line().strip()

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


@contextmanager
def progress_shown() -> Iterator[Progress]:
    """Show the progress of a command, or of a part of it, and erase it at the end."""
    progress = Progress(sys.stderr)
    speaker = manner()
    before = speaker.advance, speaker.clear
    speaker.clear = progress.clear
    if progress.is_shown:
        speaker.advance = progress.advance
    try:
        yield progress
    finally:
        progress.clear()
        speaker.advance, speaker.clear = before

"""What ``/proc`` says of a process, on systems that have it."""

from __future__ import annotations

import signal
from pathlib import Path


def is_server(number: int) -> bool:
    """Whether the command line of a process names hostkit; if it cannot be read, that is believed.

    Many servers handle SIGHUP, and by the time that a number is typed it may be another's.
    """
    try:
        line = Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:  # no such process (`os.kill` will say so), or a system without /proc
        return True
    return b"hostkit" in line


def survives_hangup(number: int) -> bool:
    """Whether a process handles or ignores SIGHUP, which would end it otherwise."""
    try:
        status = Path(f"/proc/{number}/status").read_text(encoding="utf-8")
    except OSError:  # no such process (`os.kill` will say so), or a system without /proc
        return True
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    handled = int(fields.get("SigCgt", "0"), 16) | int(fields.get("SigIgn", "0"), 16)
    return bool(handled & 1 << signal.SIGHUP - 1)

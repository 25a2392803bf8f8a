"""Tell a process that is serving to take over what has changed in its file."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hostkit.cli._pid_file import PidFile, pid_path

if TYPE_CHECKING:
    from hostkit.config import HostFile


def find_process(file: HostFile) -> int:
    """Find the process that serves a file, by its pid file.

    Raises:
        click.ClickException: There is none.
    """
    path = pid_path(file)
    if path is None:
        raise click.UsageError(
            f"{file.name} has no `hostkit: pid_file:` to find its process by; "
            "name the process instead: hostkit reload PID"
        )
    try:
        number = PidFile(path).find()
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{path} cannot be read: {error}") from None
    if number is None:
        raise click.ClickException(f"no process serves {file.name}: none holds {path}")
    return number


def tell(number: int) -> None:
    """Send the signal.

    Raises:
        click.ClickException: There is no such process, it is another user's, or it would end.
    """
    if number == 0:  # which would be this process, and those beside it
        raise click.UsageError("the number of a process is greater than zero")
    if not _lives_on(number):
        raise click.ClickException(
            f"process {number} would end, as it does not handle SIGHUP: it is no `hostkit serve`"
        )
    try:
        os.kill(number, signal.SIGHUP)
    except (ProcessLookupError, OverflowError):
        raise click.ClickException(f"there is no process {number}") from None
    except PermissionError:
        raise click.ClickException(f"process {number} is another user's") from None


def _lives_on(number: int) -> bool:
    """Whether a process handles the signal, which ends it otherwise, as far as the system tells."""
    try:
        status = Path(f"/proc/{number}/status").read_text(encoding="utf-8")
    except OSError:  # there is no such process, or no such file on this system
        return True
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    handled = int(fields.get("SigCgt", "0"), 16) | int(fields.get("SigIgn", "0"), 16)
    return bool(handled & 1 << signal.SIGHUP - 1)

"""Tell a process that is serving to take over what has changed in its file."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import click

from hostkit.cli._pid_file import PidFile

if TYPE_CHECKING:
    from hostkit.config import HostFile


def find_process(file: HostFile) -> int:
    """Find the process that serves a file, by its pid file.

    Raises:
        click.ClickException: There is none.
    """
    if file.settings.pid_file is None:
        raise click.UsageError(
            f"{file.name} has no `hostkit: pid_file:` to find its process by; "
            "name the process instead: hostkit reload PID"
        )
    try:
        number = PidFile(file.settings.pid_file).find()
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{file.settings.pid_file} cannot be read: {error}") from None
    if number is None:
        raise click.ClickException(
            f"no process serves {file.name}: none holds {file.settings.pid_file}"
        )
    return number


def tell(number: int) -> None:
    """Send the signal.

    Raises:
        click.ClickException: There is no such process, or it is another user's.
    """
    try:
        os.kill(number, signal.SIGHUP)
    except ProcessLookupError:
        raise click.ClickException(f"there is no process {number}") from None
    except PermissionError:
        raise click.ClickException(f"process {number} is another user's") from None

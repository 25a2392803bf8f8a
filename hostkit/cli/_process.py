"""The process that serves a config file, as commands find it, and the signal to reload."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import click

from hostkit.cli._proc import survives_hangup
from hostkit.process.pid_file import PidFile, pid_path

if TYPE_CHECKING:
    from hostkit.config import HostFile


def find_process(file: HostFile) -> int:
    """Find the process that serves a file, by its pid file.

    Raises:
        click.ClickException: No process holds the pid file, or it cannot be read.
        click.UsageError: The config file names no pid file.
    """
    path = pid_path(file)
    if path is None:
        raise click.UsageError(
            f"{file.name} has no `hostkit: pid_file:` to find its process by; "
            "name the process by its number instead"
        )
    try:
        number = PidFile(path).find()
    except ValueError:
        raise click.ClickException(
            f"a process holds {path}, but its number is not there: name it by that instead"
        ) from None
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error}") from None
    if number is None:
        raise click.ClickException(f"no process serves {file.name}: none holds {path}")
    return number


def send_hangup(number: int) -> None:
    """Send SIGHUP to a process.

    Raises:
        click.ClickException: The process does not exist, is another user's, or would end.
        click.UsageError: The number is 0.
    """
    if number < 1:  # to the system, all processes of a group, or all that there are
        raise click.UsageError("the number of a process is greater than zero")
    if not survives_hangup(number):
        raise click.ClickException(
            f"process {number} would end, as it does not handle SIGHUP: it is not `hostkit serve`"
        )
    try:
        os.kill(number, signal.SIGHUP)
    except (ProcessLookupError, OverflowError):
        raise click.ClickException(f"there is no process {number}") from None
    except PermissionError:
        raise click.ClickException(f"process {number} is another user's") from None

"""The process that serves a config file: its pid file, and the command that has it reload."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import signal
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final, final

import click

from hostkit.codes import Code
from hostkit.errors import ConfigErrors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.config import HostFile

_MODE: Final = 0o644
_NUMBER: Final = re.compile(rb"(\d+\n)?")


@final
class PidFile:
    """The file with the number of a process that is serving, locked for as long as it does.

    The number alone could be that of a process which has nothing to do with it.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Write the number of this process, and hold the lock.

        Raises:
            BlockingIOError: Another process holds it.
            OSError: The file cannot be written, or is no pid file.
        """
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._check(descriptor)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
            try:
                yield
            finally:
                self._path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)

    def _check(self, descriptor: int) -> None:
        """Make sure that the file may be overwritten, and deleted in the end.

        Raises:
            BlockingIOError: Another process has just deleted it.
            OSError: It is somebody else's file: a mistake in the path must not cost anybody theirs.
        """
        here = os.fstat(descriptor)
        if not here.st_nlink:
            raise BlockingIOError
        if not (stat.S_ISREG(here.st_mode) and _NUMBER.fullmatch(os.pread(descriptor, 20, 0))):
            raise FileExistsError(errno.EEXIST, "it is there already and no pid file")

    def find(self) -> int | None:
        """Tell the number of the process that holds the lock; `None` if there is none.

        Raises:
            OSError: The file cannot be read.
        """
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(os.read(descriptor, 20))
        finally:
            os.close(descriptor)
        return None


def pid_path(file: HostFile) -> Path | None:
    """Tell where a config file wants its pid file; a relative name starts at its own folder."""
    name = file.settings.pid_file
    return None if name is None else Path(file.name).parent / name


@contextlib.contextmanager
def hold_pid_file(file: HostFile) -> Iterator[None]:
    """Hold the pid file that a config file names, if it names one.

    Raises:
        ConfigErrors: It cannot be written, or another process holds it (HK406).
    """
    path = pid_path(file)
    if path is None:
        yield
        return
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(PidFile(path).held())
        except OSError as error:
            taken = isinstance(error, BlockingIOError)
            why = "another process that is serving has it" if taken else error.strerror
            problem = file.problem(
                Code.PID_FILE_UNUSABLE,
                f"{path} cannot be used as a pid file: {why}",
                ("hostkit", "pid_file"),
            )
            raise ConfigErrors((problem,)) from error
        yield


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

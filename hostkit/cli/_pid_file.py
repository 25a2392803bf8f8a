"""`PidFile`: how a command finds the process that serves a config file."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final, final

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

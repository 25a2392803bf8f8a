"""`PidFile`: how a command finds the process that serves a config file."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, final

from hostkit import codes
from hostkit.errors import ConfigErrors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.config import HostFile

_MODE: Final = 0o644


@final
class PidFile:
    """The file with the number of a process that is serving, locked for as long as it does.

    The number alone could be that of a process which has nothing to do with it.

    Args:
        path: The file.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Write the number of this process, and hold the lock.

        Raises:
            BlockingIOError: Another process holds it.
            OSError: The file cannot be written.
        """
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.write(descriptor, b"%d\n" % os.getpid())
            try:
                yield
            finally:
                self._path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)

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


@contextlib.contextmanager
def hold_pid_file(file: HostFile) -> Iterator[None]:
    """Hold the pid file that a config file names, if it names one.

    Raises:
        ConfigErrors: It cannot be written, or another process holds it (HK406).
    """
    if file.settings.pid_file is None:
        yield
        return
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(PidFile(file.settings.pid_file).held())
        except OSError as error:
            taken = isinstance(error, BlockingIOError)
            why = "another process that is serving has it" if taken else error.strerror
            problem = file.problem(
                codes.PID_FILE_UNUSABLE,
                f"{file.settings.pid_file} cannot be used as a pid file: {why}",
                ("hostkit", "pid_file"),
            )
            raise ConfigErrors((problem,)) from error
        yield

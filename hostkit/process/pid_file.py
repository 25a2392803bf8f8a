"""`PidFile`: the file with the number of a serving process, which no second one can hold."""

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
from hostkit.files import mode_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.config import HostFile
    from hostkit.errors import Problem

_MODE: Final = 0o644
_NUMBER: Final = re.compile(rb"(\d+\n)?")
_LONGEST: Final = 20
_NOT_OURS: Final = "it belongs to another user, or has a second name (a hard link)"
_NOT_ONE: Final = "it exists already and is not a pid file"


@final
class PidFile:
    """The file with the number of a serving process, which locks it for as long as it serves.

    The lock is what counts: a number that a killed process left behind may belong to another
    process by now.

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
            OSError: The file cannot be written, or is not a pid file.
        """
        descriptor = self._open(os.O_RDWR | os.O_CREAT)
        owner = os.getpid()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._check(descriptor)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, b"%d\n" % owner, 0)
            with _not_in_children(descriptor):
                try:
                    yield
                finally:
                    if self.is_own():
                        self._path.unlink(missing_ok=True)
        finally:
            if os.getpid() == owner:
                os.close(descriptor)

    def is_own(self) -> bool:
        """Whether the file is this process's to delete: a child of it has another number."""
        try:
            return self._read_number() == os.getpid()
        except OSError:
            return False

    def _open(self, flags: int) -> int:
        # A link in a shared folder could lead to any file of this user, or of root.
        flags |= os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
        try:
            return os.open(self._path, flags, _MODE)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise OSError(errno.ELOOP, "it is a link") from None
            raise

    def _read_number(self) -> int | None:
        descriptor = self._open(os.O_RDONLY)
        try:
            return _number_in(descriptor)
        finally:
            os.close(descriptor)

    def _check(self, descriptor: int) -> None:
        """Check that the file may be overwritten now, and deleted in the end.

        Raises:
            BlockingIOError: Another process has just deleted it.
            OSError: It holds something else than a number, or may be another user's.
        """
        here = os.fstat(descriptor)
        if not here.st_nlink:  # deleted between `open` and `flock`: no other process can see it
            raise BlockingIOError
        # A mistake in the path must not cost users a file of theirs.
        if not (
            stat.S_ISREG(here.st_mode) and _NUMBER.fullmatch(os.pread(descriptor, _LONGEST, 0))
        ):
            raise FileExistsError(errno.EEXIST, _NOT_ONE)
        # Where every user may create files, another one could write another number into it.
        if here.st_uid not in {os.geteuid(), 0} or here.st_nlink > 1:
            raise PermissionError(errno.EPERM, _NOT_OURS)

    def fault(self) -> str | None:
        """Find out why it could not be written, without writing; that it is held is no reason."""
        try:
            descriptor = self._open(os.O_RDONLY)
        except FileNotFoundError:
            return None
        except OSError as error:
            return error.strerror
        try:
            self._check(descriptor)
        except OSError as error:
            return error.strerror
        finally:
            os.close(descriptor)
        return None

    def find(self) -> int | None:
        """Return the number of the process that holds the lock; `None` if no process does.

        Raises:
            OSError: The file cannot be read.
            ValueError: Its number is not that of a process that has it open.
        """
        try:
            descriptor = self._open(os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            number = _number_in(descriptor)
            if number is None or not _has_open(number, os.fstat(descriptor)):
                raise ValueError(self._path) from None
            return number
        finally:
            os.close(descriptor)
        return None


def _has_open(number: int, file: os.stat_result) -> bool:
    """Whether a process has a file open; if the system does not say, that is believed.

    Another user may have written the number, or it counts in another container.
    """
    try:
        descriptors = list(Path(f"/proc/{number}/fd").iterdir())
    except PermissionError:  # of another user, to which no signal can be sent either
        return True
    except OSError:  # no such process, or a system without /proc
        return not Path("/proc/self").exists()
    for each in descriptors:
        with contextlib.suppress(OSError):  # it was closed meanwhile
            if os.path.samestat(each.stat(), file):
                return True
    return False


def _number_in(descriptor: int) -> int | None:
    content = os.pread(descriptor, _LONGEST, 0)
    return int(content) if _NUMBER.fullmatch(content) and content else None


@contextlib.contextmanager
def _not_in_children(descriptor: int) -> Iterator[None]:
    """Close a descriptor in children of this process: with it they would share its lock."""
    open_here = [descriptor]

    def close() -> None:
        while open_here:
            os.close(open_here.pop())

    # There is no way to take it back.
    os.register_at_fork(after_in_child=close)
    try:
        yield
    finally:
        open_here.clear()


def pid_path(file: HostFile) -> Path | None:
    """Return the path of a config file's pid file; a relative one starts at the file's folder."""
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
            if isinstance(error, BlockingIOError):
                why = "another serving process holds it"
                problem = _unusable(file, path, why, *_holder(path))
            else:
                problem = _unusable(file, path, error.strerror)
            raise ConfigErrors((problem,)) from error
        yield


def _holder(path: Path) -> Iterator[str]:
    with contextlib.suppress(OSError, ValueError):  # it may end at any time
        number = PidFile(path).find()
        if number is not None:
            yield f"process {number} holds it"


def _unusable(
    file: HostFile,
    path: Path,
    why: str | None,
    *details: str,
    code: Code = Code.PID_FILE_UNUSABLE,
) -> Problem:
    return file.problem(
        code,
        f"{path} cannot be used as a pid file: {why}",
        ("hostkit", "pid_file"),
        details=details,
    )


def check_pid_file(file: HostFile) -> list[Problem]:
    """Find out whether the pid file that a config file names could be written, without doing so.

    Args:
        file: The config file.

    Returns:
        What is wrong (HK406, HK409). That another process holds it now is not.
    """
    path = pid_path(file)
    if path is None:
        return []
    why = _folder_fault(path.parent)
    if why is not None:
        return [_unusable(file, path, why, code=Code.NO_FOLDER)]
    why = PidFile(path).fault()
    return [] if why is None else [_unusable(file, path, why)]


def _folder_fault(folder: Path) -> str | None:
    if not stat.S_ISDIR(mode_of(folder)):
        return f"the folder {folder} does not exist"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"this user may not create files in {folder}"
    return None

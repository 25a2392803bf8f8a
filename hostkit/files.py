"""What users name: `mode_of` it, and `read_plain`, if it is a file of a reasonable size."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

_KINDS: Final = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_OPEN: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_MEGABYTE: Final = 1024**2


def mode_of(path: str | os.PathLike[str]) -> int:
    """Look at what a user has named, which may be a name that nothing can have.

    Args:
        path: The file, folder or anything else.

    Returns:
        Its mode, for `stat.S_ISDIR` and the like; 0 if it is not there, or cannot be: `Path.exists`
        raises if the name is too long.
    """
    try:
        return os.stat(path).st_mode  # noqa: PTH116 -- a string will do
    except (OSError, ValueError):
        return 0


def read_plain(path: str | os.PathLike[str], most: int) -> bytes:
    """Read a file that is named by a user, who may have named anything.

    A pipe would be waited for, a device may have no end, and a file of gigabytes has no place in
    memory. What may be read is read without blocking.

    Args:
        path: The file. Links are followed, as those of Kubernetes' secrets are.
        most: How many bytes it may have.

    Returns:
        All of it.

    Raises:
        OSError: It cannot be read, is not a file, or is too long. What is wrong is its `strerror`.
        ValueError: The path has a null character.
    """
    # Before it is opened, too: that has effects on some devices.
    _check(Path(path).stat().st_mode)
    descriptor = os.open(path, _OPEN)
    try:
        _check(os.fstat(descriptor).st_mode)
        return read_all(descriptor, most)
    finally:
        os.close(descriptor)


def read_all(descriptor: int, most: int) -> bytes:
    """Read all that is left of an open file.

    Args:
        descriptor: The file.
        most: How many bytes that may be.

    Raises:
        OSError: It cannot be read, or has more.
    """
    parts, length = [], 0
    # Its size is not asked for: it may grow meanwhile, and files of /proc have none.
    while part := os.read(descriptor, min(most - length + 1, _MEGABYTE)):
        parts.append(part)
        length += len(part)
        if length > most:
            raise OSError(errno.EFBIG, f"it is longer than {most} bytes")
    return b"".join(parts)


def _check(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "a special file")
        raise OSError(errno.EINVAL, f"it is {kind}, not a file")

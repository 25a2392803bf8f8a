"""Where a test or a module has made something: the line that a leak is reported with."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_quiet: Final[list[None]] = []
_STDLIB: Final = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120 -- as code objects write it
_HOSTKIT: Final = str(Path(__file__).parent.parent) + os.sep
_LIBRARIES: Final = ("twisted", "pluggy", "_pytest", "pytest_asyncio", "anyio")
_BETWEEN: Final = tuple(f"{os.sep}{name}{os.sep}" for name in _LIBRARIES)


@contextlib.contextmanager
def unnoticed() -> Iterator[None]:
    """Make something of the kit's own, which is there for all tests."""
    _quiet.append(None)
    try:
        yield
    finally:
        _quiet.pop()


def is_noticed() -> bool:
    """Whether what is made now is the test's."""
    return not _quiet


def place_here(frame: FrameType | None = None) -> str:
    """Find the line of the test, or of what it tests, that has led here.

    Args:
        frame: Where to begin, if it is not here.
    """
    innermost = sys._getframe(1) if frame is None else frame  # noqa: SLF001 -- it is documented
    at: FrameType | None = innermost
    while at is not None:
        if not _is_between(at.f_code.co_filename):
            return _line_of(at)
        # Of a thread that runs only a library's code, its own line is better than one of the kit.
        if innermost.f_code.co_filename.startswith(_HOSTKIT):
            innermost = at
        at = at.f_back
    return _line_of(innermost)


def _line_of(frame: FrameType) -> str:
    return f"{_short(frame.f_code.co_filename)}:{frame.f_lineno}"


def place_of(coroutine: Any) -> str | None:
    """Find the line at which a coroutine waits: the innermost one of the test or its module.

    Args:
        coroutine: The coroutine.

    Returns:
        The line; `None` if it is over.
    """
    place, is_own = None, False
    while (frame := getattr(coroutine, "cr_frame", None)) is not None:
        file = frame.f_code.co_filename
        if place is None or not is_own or not _is_between(file):
            place, is_own = _line_of(frame), not _is_between(file)
        coroutine = getattr(coroutine, "cr_await", None)
    return place


@functools.lru_cache(maxsize=4096)
def _is_between(file: str) -> bool:
    """Whether a file is of Python, of hostkit, or of a library between them and the test."""
    if file.startswith(("<", _HOSTKIT)):
        return True
    if file.startswith(_STDLIB) and "site-packages" not in file:
        return True
    return any(name in file for name in _BETWEEN)


def _short(file: str) -> str:
    return file.removeprefix(os.getcwd() + os.sep)  # noqa: PTH109 -- as fast as it can be

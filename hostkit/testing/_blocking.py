"""`watch_blocking`: calls that hold up the event loop, and where they were made."""

from __future__ import annotations

import contextlib
import functools
import ipaddress
import logging
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from hostkit.testing._loop import loop_to_run
from hostkit.testing._places import place_here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_noted: Final[list[tuple[int, list[str]]]] = []
"""The threads that are watched, and what was found in each."""

_installed: Final[list[None]] = []
_SLOW: Final = "Executing %s took %.3f seconds"  # the message of asyncio, in its debug mode


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    """Note what Python does that waits."""
    if not _noted or _noted[-1][0] != threading.get_ident():
        return
    what = _describe(event, arguments)
    if what is not None:
        _noted[-1][1].append(f"{what} at {place_here()}")


def _sleep(sleep: Callable[[float], None], seconds: float) -> None:
    """Sleep; before Python 3.13 that is not an event for audit hooks."""
    _audit("time.sleep", (seconds,))
    sleep(seconds)


setattr(_audit, "__cantrace__", True)  # noqa: B010 -- for debuggers and coverage


def _describe(event: str, arguments: tuple[Any, ...]) -> str | None:
    match event, arguments:
        case "time.sleep", (seconds,) if seconds > 0:
            return f"time.sleep({seconds!r})"
        case "socket.connect", (socket, address) if socket.gettimeout() != 0:
            return f"a connection to {address!r} of a blocking socket"
        case (("socket.getaddrinfo" | "socket.gethostbyname"), (name, *_)) if not _is_address(name):
            return f"the name {name!r} was resolved"
        case "os.system", (command,):
            return f"os.system({command!r})"
        case _:
            return None


def _is_address(name: Any) -> bool:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(name or "::")
        return True
    return False


class _SlowSteps(logging.Handler):
    """Notes the steps of the event loop that asyncio reports as slow."""

    def __init__(self, found: list[str]) -> None:
        super().__init__()
        self._found = found

    def emit(self, record: logging.LogRecord) -> None:
        """Note one."""
        if record.msg == _SLOW:
            self._found.append(f"one step took longer than it may: {record.getMessage()}")


@contextlib.contextmanager
def watch_blocking(longest_seconds: float) -> Iterator[list[str]]:
    """Watch what holds up the event loop meanwhile.

    Args:
        longest_seconds: How long a single step of the event loop may take.

    Yields:
        What was found, with the line that has done it.
    """
    if not _installed:
        _installed.append(None)
        sys.addaudithook(_audit)
    found: list[str] = []
    loop, logger, handler = loop_to_run(), logging.getLogger("asyncio"), _SlowSteps(found)
    before = loop.get_debug(), loop.slow_callback_duration
    loop.set_debug(True)
    loop.slow_callback_duration = longest_seconds
    logger.addHandler(handler)
    _noted.append((threading.get_ident(), found))
    sleep = time.sleep
    time.sleep = functools.partial(_sleep, sleep)
    try:
        yield found
    finally:
        time.sleep = sleep
        _noted.pop()
        logger.removeHandler(handler)
        loop.set_debug(before[0])
        loop.slow_callback_duration = before[1]

"""`Ending`: ends a process whose threads go on after its server has stopped."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Final, TypeAlias, final

from hostkit.process._frames import where

if TYPE_CHECKING:
    from collections.abc import Callable

_Log: TypeAlias = "Callable[[int, str], None]"

_FIRST_SECONDS: Final = 1.0
_MAIN: Final = threading.main_thread().name
_log: Final = logging.getLogger("hostkit.serve")


@final
class Ending:
    """Ends a process in bounded time: Python would wait for its threads for ever, in silence.

    Args:
        seconds: Says how long threads may take.
        leave: Ends the process at once, with an exit code.
        wait: Waits for so many seconds.
    """

    def __init__(
        self,
        seconds: Callable[[], float],
        leave: Callable[[int], object],
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._seconds = seconds
        self._leave = leave
        self._wait = wait

    def begin(self, exit_code: int) -> None:
        """Give threads their time from now on; the server has stopped.

        Args:
            exit_code: What the process ends with.
        """
        # It ends with the process, if that ends by itself.
        args = (self._seconds(), exit_code, _lasting_log())
        threading.Thread(target=self._run, args=args, name="hostkit-ending", daemon=True).start()

    def _run(self, seconds: float, exit_code: int, log: _Log) -> None:
        self._wait(min(_FIRST_SECONDS, seconds))
        busy = _busy()
        if busy != _MAIN:  # which may just be waiting for tasks that are cancelled
            log(logging.WARNING, f"waiting up to {seconds:g}s for what is still running: {busy}")
        self._wait(seconds)
        log(logging.ERROR, f"exiting although this is still running: {_busy()}")
        self._leave(exit_code)


def leave(exit_code: int) -> None:
    """End the process at once: logs are written, and nothing else that Python would do is done.

    Args:
        exit_code: What it ends with.
    """
    logging.shutdown()
    os._exit(exit_code)


def _lasting_log() -> _Log:
    """Log as now also when the command, which sets its log up, has returned."""
    handlers, lowest = logging.getLogger().handlers.copy(), _log.getEffectiveLevel()

    def write(level: int, message: str) -> None:
        record = _log.makeRecord(_log.name, level, __file__, 0, message, (), None)
        for handler in handlers:
            if level >= max(lowest, handler.level):
                handler.handle(record)

    return write if handlers else _log.log


def _busy() -> str:
    """Name the threads that keep the process, each with what it does."""
    main = threading.main_thread()
    others = (main, threading.current_thread())
    busy = [each for each in threading.enumerate() if not each.daemon and each not in others]
    frames = sys._current_frames()  # noqa: SLF001 -- documented for such purposes
    return ", ".join(f"{each.name}{where(frames.get(each.ident or 0))}" for each in busy or [main])

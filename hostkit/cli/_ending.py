"""`Ending`: ends a process whose threads go on after its server has stopped."""

from __future__ import annotations

import logging
import sys
import threading
import time
from typing import TYPE_CHECKING, Final, final

from hostkit.cli._frames import where

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST_SECONDS: Final = 1.0
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
        args = (self._seconds(), exit_code)
        threading.Thread(target=self._run, args=args, name="hostkit-ending", daemon=True).start()

    def _run(self, seconds: float, exit_code: int) -> None:
        self._wait(min(_FIRST_SECONDS, seconds))
        _log.warning("waiting up to %gs for what is still running: %s", seconds, _busy())
        self._wait(seconds)
        _log.error("exiting although this is still running: %s", _busy())
        self._leave(exit_code)


def _busy() -> str:
    """Name the threads that keep the process, each with what it does."""
    main = threading.main_thread()
    others = (main, threading.current_thread())
    busy = [each for each in threading.enumerate() if not each.daemon and each not in others]
    frames = sys._current_frames()  # noqa: SLF001 -- documented for such purposes
    return ", ".join(f"{each.name}{where(frames.get(each.ident or 0))}" for each in busy or [main])

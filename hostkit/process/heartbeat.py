"""`Heartbeat`: notices when the event loop is blocked, and by what."""

from __future__ import annotations

import logging
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Final, final

from hostkit.dispatch import module_on
from hostkit.logs import logger_of
from hostkit.loops import Backoff, evenly
from hostkit.process._frames import where

if TYPE_CHECKING:
    from collections.abc import Callable

_BEAT_SECONDS: Final = 1.0
_FIRST_SECONDS: Final = 5.0
_LONGEST_SECONDS: Final = 60.0
_log: Final = logging.getLogger("hostkit.serve")


@final
class Heartbeat:
    """Logs that the event loop is blocked, by which module and where, again and again.

    What blocks it, such as a module that sleeps in ``start``, also stops everything that could say
    so, so this looks from another thread.

    Args:
        reactor: The reactor, which beats once a second.
        seconds: The time, in seconds since something.
    """

    def __init__(self, reactor: Any, seconds: Callable[[], float] = time.monotonic) -> None:
        self._reactor = reactor
        self._seconds = seconds
        self._last = seconds()
        self._next = _FIRST_SECONDS
        self._backoff = Backoff(_FIRST_SECONDS, _LONGEST_SECONDS, evenly)
        self._ended = threading.Event()
        self._watched = threading.main_thread().ident or 0

    def begin(self) -> None:
        """Begin to beat, and to look from a thread of its own."""
        self._beat()
        threading.Thread(target=self._run, name="hostkit-heartbeat", daemon=True).start()

    def end(self) -> None:
        """Look no more."""
        self._ended.set()

    def look(self) -> None:
        """Log how long the loop has been blocked, if it is time to say so."""
        blocked = self._seconds() - self._last
        if blocked < _FIRST_SECONDS:
            self._next = _FIRST_SECONDS
            self._backoff.reset()
        elif blocked >= self._next:
            self._next = blocked + self._backoff.next()
            frame = sys._current_frames().get(self._watched)  # noqa: SLF001 -- documented for this
            module = module_on(frame)
            log = _log if module is None else logger_of(module)
            who = "something" if module is None else f"module {module!r}"
            log.warning("%s has blocked the event loop for %.0fs%s", who, blocked, where(frame))

    def _beat(self) -> None:
        self._last = self._seconds()
        if not self._ended.is_set():
            self._reactor.callLater(_BEAT_SECONDS, self._beat)

    def _run(self) -> None:
        while not self._ended.wait(_BEAT_SECONDS):
            self.look()

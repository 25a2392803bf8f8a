"""Signals: being told to stop, the first time in good order, then at once; and to reload."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any, final

from twisted.internet.error import ReactorNotRunning

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def ignore_hangup() -> None:
    """Live on at SIGHUP, while there is nothing to reload yet."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def handle_hangup(reactor: Any, reload: Callable[[], None]) -> None:
    """Reload at SIGHUP, which would otherwise end the process.

    Args:
        reactor: The reactor; it need not run yet.
        reload: What to do.
    """
    signal.signal(signal.SIGHUP, lambda *_: reactor.callFromThread(reload))


def handle_signals(reactor: Any) -> None:
    """Stop a reactor at Ctrl-C and SIGTERM, and end the process if one comes again.

    Args:
        reactor: The reactor, running: it has handlers of its own, which are replaced.
    """
    handle = Stopper(reactor, os._exit).handle
    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)


@final
class Stopper:
    """What signals do.

    Args:
        reactor: What to stop.
        leave: Ends the process with an exit code, whatever it is doing.
    """

    def __init__(self, reactor: Any, leave: Callable[[int], object]) -> None:
        self._reactor = reactor
        self._leave = leave
        self._is_told = False

    def handle(self, number: int, _frame: FrameType | None) -> None:
        """Take a signal; also while a module keeps the reactor from running."""
        if self._is_told:
            # Not by logging, which may be what was interrupted.
            os.write(2, b"told to stop again: leaving at once\n")
            self._leave(128 + number)
        else:
            self._is_told = True
            self._reactor.callFromThread(self._stop)

    def _stop(self) -> None:
        with suppress(ReactorNotRunning):  # it is stopping already, for another reason
            self._reactor.stop()

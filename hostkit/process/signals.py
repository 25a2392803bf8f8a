"""Signals to a serving process: those that stop it, and the one that makes it reload."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING, Any, final

from twisted.internet.error import ReactorNotRunning

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def handle_signals(reactor: Any) -> None:
    """Stop a reactor at the first Ctrl-C or SIGTERM, and end the process at the second.

    Args:
        reactor: The reactor, running: its own handlers are replaced.
    """
    handle = Stopper(reactor, os._exit).handle
    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)


@final
class Stopper:
    """The handler of signals that stop a server.

    Args:
        reactor: Is stopped at the first signal.
        leave: Ends the process with an exit code, at the second signal.
    """

    def __init__(self, reactor: Any, leave: Callable[[int], object]) -> None:
        self._reactor = reactor
        self._leave = leave
        self._is_stopping = False

    def handle(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal, also while a module blocks the reactor."""
        if self._is_stopping:
            # Not by logging, which may be what was interrupted.
            os.write(2, b"second signal: exiting at once\n")
            self._leave(128 + number)
        else:
            self._is_stopping = True
            self._reactor.callFromThread(self._stop)

    def _stop(self) -> None:
        with contextlib.suppress(ReactorNotRunning):  # it is being stopped for another reason
            self._reactor.stop()


def ignore_hangup() -> None:
    """Ignore SIGHUP, which would end the process."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


@final
class _KeptHangup:
    """The handler of SIGHUP until `handle_hangup` is called; notes that it came."""

    has_come = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self.has_come = True


def keep_hangup() -> None:
    """Have SIGHUP end nothing while there is nothing to reload yet, but do not forget it."""
    signal.signal(signal.SIGHUP, _KeptHangup())


def handle_hangup(reactor: Any, reload: Callable[[], object]) -> None:
    """Reload at SIGHUP, and once for those that were kept before.

    Args:
        reactor: The reactor; it need not run yet.
        reload: Called on the reactor's thread.
    """
    before = signal.signal(signal.SIGHUP, lambda *_: reactor.callFromThread(reload))
    if isinstance(before, _KeptHangup) and before.has_come:
        reactor.callFromThread(reload)

"""`Reloader`: SIGHUP, and the reloads of a server that it leads to."""

from __future__ import annotations

import logging
import signal
from typing import TYPE_CHECKING, Any, Final, final

from hostkit.cli._log import log_failed_module
from hostkit.errors import ConfigErrors, HostkitError, ModuleFailedError
from hostkit.loops import start_entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from twisted.python.failure import Failure

    from hostkit.host import Host, Reloaded
    from hostkit.web import Server

_log: Final = logging.getLogger("hostkit.serve")


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


def handle_hangup(reactor: Any, reload: Callable[[], None]) -> None:
    """Reload at SIGHUP, and once for those that were kept before.

    Args:
        reactor: The reactor; it need not run yet.
        reload: Called on the reactor's thread.
    """
    before = signal.signal(signal.SIGHUP, lambda *_: reactor.callFromThread(reload))
    if isinstance(before, _KeptHangup) and before.has_come:
        reactor.callFromThread(reload)


@final
class Reloader:
    """Reloads a server, and logs the result.

    Reloads that are requested while the server starts become one, which is done when it has.

    Args:
        host: The host.
        server: The server of that host.
    """

    def __init__(self, host: Host, server: Server) -> None:
        self._host = host
        self._server = server
        self._is_open = False
        self._is_kept = False

    def open(self) -> None:
        """Begin to reload: the server has started."""
        self._is_open = True
        if self._is_kept:
            self.reload()

    def reload(self) -> None:
        """Reload now, or when the server has started; see `Host.reload`."""
        if self._is_open:
            start_entry(self._server.reload()).addCallbacks(self._succeeded, self._failed)
        else:
            self._is_kept = True

    def _succeeded(self, reloaded: Reloaded) -> None:
        _log.info("reloaded %s: %s", self._host.file.name, reloaded)

    def _failed(self, failure: Failure) -> None:
        error = failure.value
        if isinstance(error, ConfigErrors):
            _log.error("not reloaded, nothing was changed: %s", error)
        elif isinstance(error, ModuleFailedError):
            log_failed_module(error, "not reloaded, nothing was changed: ")
        elif isinstance(error, HostkitError):  # it is stopping, or there is a newer reload
            _log.warning("not reloaded: %s", error)
        else:
            _log.critical("not reloaded", exc_info=error)

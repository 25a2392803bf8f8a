"""`Reloader`: what a server does when it is told to reload."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, final

from hostkit.errors import ConfigErrors, HostkitError, ModuleFailedError
from hostkit.loops import start_entry

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from hostkit.host import Host
    from hostkit.web import Server

_log: Final = logging.getLogger("hostkit.serve")


@final
class Reloader:
    """Reloads a server, once more if it is told to while it does, and logs what came of it.

    Args:
        host: The host.
        server: Serves it.
    """

    def __init__(self, host: Host, server: Server) -> None:
        self._host = host
        self._server = server
        self._is_reloading = False
        self._is_told_again = False
        self._before: set[int] = set()

    def reload(self) -> None:
        """Begin, or begin again after what is going on."""
        if self._is_reloading:
            self._is_told_again = True
            return
        self._is_reloading = True
        self._before = {id(module.instance) for module in self._host.modules}
        reloading = start_entry(self._server.reload())
        reloading.addCallbacks(self._succeeded, self._failed).addBoth(self._go_on)

    def _succeeded(self, _: None) -> None:
        now = {id(module.instance) for module in self._host.modules}
        kept = len(now & self._before)
        counts = (len(now - self._before), kept, len(self._before) - kept)
        _log.info("reloaded %s: %d new modules, %d kept, %d gone", self._host.file.name, *counts)

    def _failed(self, failure: Failure) -> None:
        error = failure.value
        if isinstance(error, ConfigErrors):
            _log.error("not reloaded, all stays as it was: %s", error)
        elif isinstance(error, ModuleFailedError):
            _log.error("not reloaded, all stays as it was: %s", error, exc_info=error)
        elif isinstance(error, HostkitError):  # it is not running yet, or is being stopped
            _log.warning("not reloaded: %s", error)
        else:
            _log.critical("not reloaded", exc_info=error)

    def _go_on(self, _: None) -> None:
        self._is_reloading = False
        if self._is_told_again:
            self._is_told_again = False
            self.reload()

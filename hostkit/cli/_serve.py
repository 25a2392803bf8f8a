"""Run a server until somebody stops it."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, Final

from twisted.internet.defer import CancelledError
from twisted.logger import STDLibLogObserver, globalLogBeginner

from hostkit.cli._output import show_problems
from hostkit.cli._process import hold_pid_file
from hostkit.cli._signals import Reloader, handle_hangup, handle_signals
from hostkit.errors import ConfigErrors, ModuleFailedError
from hostkit.loops import start_entry
from hostkit.web import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure

    from hostkit.host import Host

_log: Final = logging.getLogger("hostkit.serve")


def run(host: Host) -> int:
    """Serve a host; Ctrl-C and SIGTERM stop it in good order, and at once when they come again.

    Args:
        host: The host, built; its listeners were checked.

    Returns:
        The exit code: 0 if it was stopped, 1 if it could not start.
    """
    from twisted.internet import reactor  # noqa: PLC0415 -- importing it installs it

    _log_to_stderr(host.receipts.redact)  # which knows the secrets of a file read later, too
    server = Server(host, reactor)
    reactor.callWhenRunning(handle_signals, reactor)
    handle_hangup(reactor, Reloader(host, server).reload)  # before anybody can find the process
    try:
        with hold_pid_file(host.file):
            return _Run(server, reactor).until_stopped()
    except ConfigErrors as errors:
        show_problems(errors)
        return 1


class _Formatter(logging.Formatter):
    """Writes log records without secrets, tracebacks included."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        return self._redact(super().format(record))


def _log_to_stderr(redact: Callable[[str], str]) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(redact))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # What Twisted has to say below warnings is about its own factories and threads.
    logging.getLogger("twisted").setLevel(logging.WARNING)
    globalLogBeginner.beginLoggingTo([STDLibLogObserver("twisted")], redirectStandardIO=False)


class _Run:
    """One run of the reactor."""

    def __init__(self, server: Server, reactor: Any) -> None:
        self._server = server
        self._reactor = reactor
        self._exit_code = 0
        self._is_stopping = False

    def until_stopped(self) -> int:
        # Not `callWhenRunning`, which is too early for asyncio: its loop does not run yet.
        self._reactor.callLater(0, self._start)
        self._reactor.run()
        return self._exit_code

    def _start(self) -> None:
        starting = start_entry(self._server.start())
        self._reactor.addSystemEventTrigger("before", "shutdown", self._stop, starting)
        starting.addErrback(self._failed)

    def _stop(self, starting: Deferred[None]) -> Deferred[None]:
        self._is_stopping = True
        if self._exit_code == 0:
            _log.info("stopping")
        starting.cancel()
        # A start that was interrupted has things to stop itself, and is waited for.
        return starting.addBoth(lambda _: start_entry(self._server.stop()))

    def _failed(self, failure: Failure) -> None:
        if self._is_stopping and failure.check(CancelledError):
            return
        self._exit_code = 1
        if isinstance(failure.value, ConfigErrors):
            show_problems(failure.value)
        elif isinstance(failure.value, ModuleFailedError):
            _log.error("%s", failure.value, exc_info=failure.value)
        else:
            _log.critical("cannot start", exc_info=failure.value)
        if not self._is_stopping:
            self._reactor.stop()

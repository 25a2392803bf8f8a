"""``twist hostkit FILE``: the server as a service of Twisted's own command."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Final, final

from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ReactorNotRunning
from twisted.logger import Logger, LogLevel
from twisted.python.usage import Options as TwistedOptions
from twisted.python.usage import UsageError

from hostkit.background import Worker
from hostkit.cli._signals import ignore_hangup
from hostkit.errors import ConfigErrors
from hostkit.host import build_from_file
from hostkit.loops import start_entry
from hostkit.web import Server, check_listeners

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.python.failure import Failure

_log: Final = logging.getLogger("hostkit.serve")


@final
class Options(TwistedOptions):
    """The command line behind ``twist hostkit``."""

    synopsis: ClassVar[str] = "[--worker NAME] FILE"
    longdesc: ClassVar[str] = "Serve the modules of FILE, as `hostkit serve FILE` does."
    optParameters: ClassVar[list[list[str | None]]] = [  # noqa: N815 -- so named by Twisted
        ["worker", None, None, "What this process is called, if several share FILE."]
    ]

    def parseArgs(self, *files: str) -> None:  # noqa: N802 -- so named by Twisted
        """Take the one argument."""
        if len(files) != 1:
            raise UsageError("name one config file")
        try:
            Worker(self["worker"])
        except ValueError as error:
            raise UsageError(str(error)) from None
        self["file"] = files[0]


def makeService(options: Options) -> HostService:  # noqa: N802 -- so named by Twisted
    """Build a host and its server, for Twisted to start and stop.

    Args:
        options: The command line.

    Returns:
        The service.

    Raises:
        SystemExit: Something is wrong with the file; all of it was told.
    """
    from twisted.internet import reactor  # noqa: PLC0415 -- `twist` has chosen one

    from hostkit.cli._output import exit_code, show_problems  # noqa: PLC0415

    ignore_hangup()
    try:
        host = build_from_file(
            options["file"], check=check_listeners, worker_name=options["worker"]
        )
        server = Server(host, reactor)
    except ConfigErrors as errors:
        show_problems(errors)
        raise SystemExit(exit_code(errors)) from None
    _log_to_twisted(host.receipts.redact)
    return HostService(server, reactor)


@final
class HostService(Service):
    """Starts and stops a server with the application that it is part of.

    Args:
        server: The server.
        reactor: Is stopped if the server cannot start.
    """

    def __init__(self, server: Any, reactor: Any) -> None:
        self._server = server
        self._reactor = reactor
        self._starting: Deferred[None] | None = None

    def startService(self) -> None:  # noqa: N802
        """Start as soon as the reactor runs."""
        super().startService()  # type: ignore[no-untyped-call]
        # Not `callWhenRunning`, which is too early for asyncio: its loop does not run yet.
        self._reactor.callLater(0, self._start)

    def stopService(self) -> Deferred[None]:  # noqa: N802
        """Stop; a start that is still going on is cancelled and waited for."""
        super().stopService()  # type: ignore[no-untyped-call]
        if self._starting is not None:
            self._starting.cancel()
        return start_entry(self._server.stop())

    def _start(self) -> None:
        self._starting = start_entry(self._server.start())
        self._starting.addErrback(self._failed)

    def _failed(self, failure: Failure) -> None:
        if not self.running and failure.check(CancelledError):
            return
        _log.critical("cannot start: %s", failure.value, exc_info=failure.value)
        with suppress(ReactorNotRunning):
            self._reactor.stop()


@final
class _TwistedHandler(logging.Handler):
    """Hands on what modules and hostkit log, without secrets."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter())
        self._redact = redact

    def emit(self, record: logging.LogRecord) -> None:
        """Hand on a record."""
        level = LogLevel.lookupByName(_LEVELS.get(record.levelno, "info"))
        Logger(record.name).emit(level, "{text}", text=self._redact(self.format(record)))


_LEVELS: Final = {
    logging.DEBUG: "debug",
    logging.WARNING: "warn",
    logging.ERROR: "error",
    logging.CRITICAL: "critical",
}


def _log_to_twisted(redact: Callable[[str], str]) -> None:
    logging.basicConfig(level=logging.INFO, handlers=[_TwistedHandler(redact)], force=True)

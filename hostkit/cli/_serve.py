"""Run a server: as ``hostkit serve FILE``, or as a service of Twisted's ``twist hostkit FILE``."""

from __future__ import annotations

import functools
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, final

from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ReactorNotRunning
from twisted.python import usage

from hostkit.background import Worker
from hostkit.cli._log import Mask, log_to_twisted
from hostkit.cli._problems import exit_code, show_problems
from hostkit.control.client import control_path
from hostkit.control.commands import commands_of
from hostkit.control.listening import control_socket
from hostkit.control.reloader import Reloader
from hostkit.errors import ConfigErrors, ModuleFailedError
from hostkit.host import build_from_file, log_failed_module
from hostkit.loops import make_monotonic, start_entry
from hostkit.process.ending import Ending, leave
from hostkit.process.heartbeat import Heartbeat
from hostkit.process.pid_file import PidFile, hold_pid_file, pid_path
from hostkit.process.signals import handle_hangup, handle_signals, ignore_hangup
from hostkit.process.systemd import Notified, Notifier
from hostkit.web import Server, check_listeners

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from hostkit.config import HostFile
    from hostkit.host import Host

_log: Final = logging.getLogger("hostkit.serve")


def run(host: Host) -> int:
    """Serve a host until Ctrl-C or SIGTERM; a second signal ends the process at once.

    Args:
        host: The host, built; its listeners were checked.

    Returns:
        The exit code: 0 if it was stopped, 1 if it could not start.
    """
    from twisted.internet import reactor as installed  # noqa: PLC0415 -- importing it installs it

    reactor: Any = installed
    server = Server(host, reactor)
    heartbeat = Heartbeat(reactor)
    reactor.callWhenRunning(handle_signals, reactor)
    reactor.callWhenRunning(heartbeat.begin)
    reactor.addSystemEventTrigger("after", "shutdown", heartbeat.end)
    notifier = Notifier.from_environment(os.environ, reactor)
    reloader = Reloader(host, server, notifier)
    handle_hangup(reactor, reloader.reload)  # before the pid file makes it known
    commands = commands_of(host, server, reloader, reactor)
    ending = Ending(
        lambda: host.file.settings.stop_timeout_seconds, functools.partial(_leave, host.file)
    )
    try:
        with hold_pid_file(host.file), control_socket(host.file, reactor, commands):
            return Run(server, reactor, notifier, reloader, ending).until_stopped()
    except ConfigErrors as errors:
        show_problems(errors)
        ending.begin(1)  # modules may have begun threads when they were built
        return 1


def _leave(file: HostFile, exit_code: int) -> None:
    """End the process at once, without what Python would do."""
    pid_file = pid_path(file)
    if pid_file is not None and PidFile(pid_file).is_own():
        control_path(pid_file).unlink(missing_ok=True)
        pid_file.unlink(missing_ok=True)
    leave(exit_code)


@final
class Run:
    """One run of the reactor, from the server's start to its stop.

    Args:
        server: The server.
        reactor: The Twisted reactor.
        notifier: Is notified of what the server does.
        reloader: Reloads it.
        ending: Ends the process, once the server has stopped.
    """

    def __init__(
        self,
        server: Server,
        reactor: Any,
        notifier: Notified,
        reloader: Reloader,
        ending: Ending,
    ) -> None:
        self._server = server
        self._reactor = reactor
        self._notifier = notifier
        self._reloader = reloader
        self._ending = ending
        self._exit_code = 0
        self._is_stopping = False

    def until_stopped(self) -> int:
        """Run the reactor, and start; return the exit code."""
        # Not `callWhenRunning`, which is too early for asyncio: its loop does not run yet.
        self._reactor.callLater(0, self.start)
        return self.wait()

    def wait(self) -> int:
        """Run the reactor until it is stopped; return the exit code."""
        self._reactor.run()
        return self._exit_code

    def start(self) -> None:
        """Start the server, on the reactor."""
        starting = start_entry(self._server.start())
        self._reactor.addSystemEventTrigger("before", "shutdown", self._stop, starting)
        starting.addCallbacks(self._started, self._failed)

    def _started(self, _: None) -> None:
        if not self._is_stopping:
            self._notifier.started()
            self._reloader.open()

    def _stop(self, starting: Deferred[None]) -> Deferred[None]:
        self._is_stopping = True
        self._notifier.stopping()
        self._reloader.close()
        if self._exit_code == 0:
            _log.info("stopping")
        starting.cancel()
        # A cancelled start stops what it has started, and is waited for.
        stopping = starting.addBoth(lambda _: start_entry(self._server.stop()))
        return stopping.addBoth(self._stopped)

    def _stopped(self, result: Any) -> Any:
        # What comes now is Twisted's and Python's, and both would wait for threads for ever.
        self._ending.begin(self._exit_code)
        return result

    def _failed(self, failure: Failure) -> None:
        if self._is_stopping and failure.check(CancelledError):
            return
        self._exit_code = 1
        if isinstance(failure.value, ConfigErrors):
            show_problems(failure.value)
        elif isinstance(failure.value, ModuleFailedError):
            log_failed_module(failure.value)
        else:
            _log.critical("cannot start", exc_info=failure.value)
        if not self._is_stopping:
            self._reactor.stop()


@final
class Options(usage.Options):
    """The command line of ``twist hostkit``, found under this name by Twisted's `ServiceMaker`."""

    synopsis: ClassVar[str] = "[--worker NAME] [--path DIR]... FILE"
    longdesc: ClassVar[str] = "Serve the modules of FILE, as `hostkit serve FILE` does."
    optParameters: ClassVar[list[list[str | None]]] = [  # noqa: N815 -- so named by Twisted
        ["worker", None, None, "The name of this process, if several share FILE."]
    ]

    def opt_path(self, folder: str) -> None:
        """A folder in which Python looks for modules before all others; may be repeated."""
        if not Path(folder).is_dir():
            raise usage.UsageError(f"--path: {folder!r} is not a folder")
        self.setdefault("path", []).append(folder)

    def parseArgs(self, *files: str) -> None:  # noqa: N802 -- so named by Twisted
        """Read and check the arguments."""
        if len(files) != 1:
            raise usage.UsageError("name one config file")
        try:
            Worker(self["worker"])
        except ValueError as error:
            raise usage.UsageError(str(error)) from None
        self["file"] = files[0]
        self.setdefault("path", [])


def makeService(options: Options) -> HostService:  # noqa: N802 -- so named by Twisted
    """Build a host and its server, for Twisted to start and stop.

    Args:
        options: The command line.

    Returns:
        The service.

    Raises:
        SystemExit: The file has problems, all of which were shown.
    """
    from twisted.internet import reactor  # noqa: PLC0415 -- `twist` has chosen one

    ignore_hangup()
    make_monotonic(reactor)
    mask = Mask()
    log_to_twisted(mask)
    try:
        host = build_from_file(
            options["file"],
            check=check_listeners,
            prepare=lambda file: mask.learn(file.redact),
            worker_name=options["worker"],
            module_path=options["path"],
        )
        server = Server(host, reactor)
    except ConfigErrors as errors:
        show_problems(errors)
        raise SystemExit(exit_code(errors)) from None
    mask.learn(host.receipts.redact)
    return HostService(server, reactor)


@final
class HostService(Service):
    """A server as a service of a Twisted application.

    Args:
        server: The server.
        reactor: Is stopped if the server cannot start.
    """

    def __init__(self, server: Any, reactor: Any) -> None:
        self._server = server
        self._reactor = reactor
        self._starting: Deferred[None] | None = None

    def startService(self) -> None:  # noqa: N802
        """Start the server as soon as the reactor runs."""
        super().startService()  # type: ignore[no-untyped-call]
        # Not `callWhenRunning`, which is too early for asyncio: its loop does not run yet.
        self._reactor.callLater(0, self._start)

    def stopService(self) -> Deferred[None]:  # noqa: N802
        """Stop the server; a start in progress is cancelled and waited for."""
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
        if isinstance(failure.value, ModuleFailedError):
            log_failed_module(failure.value)
        else:
            _log.critical("cannot start: %s", failure.value, exc_info=failure.value)
        with suppress(ReactorNotRunning):
            self._reactor.stop()

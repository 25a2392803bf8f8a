"""`supervise`: `hostkit serve --workers`, which begins processes and watches them."""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import Deferred
from twisted.internet.error import ReactorNotRunning

from hostkit.cli._problems import show_problems
from hostkit.control.fleet import fleet_commands
from hostkit.control.listening import control_socket
from hostkit.errors import ConfigErrors
from hostkit.loops import start_entry
from hostkit.process.pid_file import hold_pid_file
from hostkit.process.signals import handle_hangup, handle_signals
from hostkit.process.systemd import Notifier
from hostkit.workers import (
    Asking,
    ConfigSource,
    Fleet,
    Listener,
    Pulse,
    Spawner,
    State,
    Supervisor,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hostkit.config import HostFile
    from hostkit.workers import Member, Worker

SUPERVISOR: Final = "supervisor"
"""What the supervisor is called where workers are called by their names."""

_STOP_GRACE_SECONDS: Final = 10.0
_EXTEND_SECONDS: Final = 30.0
_EXTEND_EVERY_SECONDS: Final = 10.0
_log: Final = logging.getLogger("hostkit.workers")


def names_of(count: int, group: str | None) -> list[str]:
    """Name the workers of a supervisor.

    Args:
        count: How many there are.
        group: What the supervisor is called among those that share the file, if it is.
    """
    prefix = "w" if group is None else f"{group}-"
    return [f"{prefix}{number}" for number in range(1, count + 1)]


def line_writer(*, is_json: bool) -> Callable[[str, bytes], None]:
    """Make what writes a line of a worker's log, with the worker's name in it.

    Args:
        is_json: Whether each line is to be a JSON object; those of hostkit's log are already.
    """

    def write(name: str, line: bytes) -> None:
        if not is_json:
            line = b"[%s] %s" % (name.encode(), line)
        elif not line.startswith(b"{"):
            text = line.decode("utf-8", "replace")
            line = json.dumps({"worker": name, "message": text}).encode()
        sys.stderr.buffer.write(line + b"\n")
        sys.stderr.buffer.flush()

    return write


def worker_command() -> list[str]:
    """Return the program that a worker's process is, and its first arguments."""
    here = {"", os.getcwd()}  # noqa: PTH109
    flags = [] if here & {*sys.path[:1]} else ["-P"]  # as in this process
    return [sys.executable, *flags, "-m", "hostkit.cli._worker"]


def supervise(
    file: HostFile,
    names: Sequence[str],
    options: Mapping[str, Any],
    check: Callable[[HostFile], Any],
    *,
    does_tasks: bool,
) -> int:
    """Serve a file in several processes, until Ctrl-C or SIGTERM.

    Args:
        file: The config file, checked.
        names: The workers' names.
        options: What each process is given.
        check: Finds what is wrong with the settings of a file.
        does_tasks: Whether one of the workers does the work that only one process does.

    Returns:
        The exit code: 0 if it was stopped, 1 or that of the first worker if nothing serves.
    """
    from twisted.internet import reactor as installed  # noqa: PLC0415 -- importing it installs it

    reactor: Any = installed
    write = line_writer(is_json=options["json"])
    fleet = Fleet(names, Spawner(reactor, worker_command(), options, write), reactor)
    fleet.does_tasks = does_tasks
    source = ConfigSource(file.name, check, reactor, len(names))
    notifier = Notifier.from_environment(os.environ, reactor)
    supervisor = Supervisor(fleet, source, reactor, notifier)
    asking = Asking()
    fleet.listeners.append(asking)
    commands = fleet_commands(fleet, supervisor, asking)
    reactor.callWhenRunning(handle_signals, reactor)
    handle_hangup(reactor, supervisor.reload)
    try:
        with hold_pid_file(file), control_socket(file, reactor, commands):
            return Life(fleet, source, supervisor, notifier, reactor).until_stopped(file)
    except ConfigErrors as errors:
        show_problems(errors)
        return 1


@final
class Life(Listener):
    """A supervisor from its start to its stop.

    Args:
        fleet: The workers.
        source: Reads the config file, and opens sockets.
        supervisor: Changes the workers.
        notifier: Is notified of what it does.
        reactor: The Twisted reactor.
    """

    def __init__(
        self,
        fleet: Fleet,
        source: ConfigSource,
        supervisor: Supervisor,
        notifier: Notifier,
        reactor: Any,
    ) -> None:
        self._fleet = fleet
        self._source = source
        self._supervisor = supervisor
        self._notifier = notifier
        self._reactor = reactor
        self._pulse = Pulse(fleet, reactor)
        self._has_served = False
        self._exit_code = 0
        self._ended: Deferred[None] | None = None

    def until_stopped(self, file: HostFile) -> int:
        """Run the reactor; return the exit code."""
        self._reactor.callLater(0, lambda: start_entry(self._start(file)))
        self._reactor.addSystemEventTrigger("before", "shutdown", self._stop)
        self._reactor.run()
        return self._exit_code

    async def _start(self, file: HostFile) -> None:
        try:
            self._fleet.version = await self._source.take(file, 1)
        except ConfigErrors as errors:
            show_problems(errors)
            self._leave(1)
            return
        self._fleet.listeners.append(self)
        # One first: what is wrong with the modules is said once, and the others need not begin.
        self._fleet.start(self._fleet.workers[0])
        self._extend()

    def ready(self, member: Member) -> None:  # noqa: ARG002 -- as declared
        """Begin the others once the first one serves; the server has started when all do."""
        if not self._has_served:
            self._has_served = True
            self._pulse.begin()
            self._fleet.start_all()
        self._look()

    def failed(self, worker: Worker, how: str) -> None:  # noqa: ARG002 -- as declared
        """Go on as long as one worker serves, or may serve again."""
        states = {each.state for each in self._fleet.workers}
        if not states & {State.READY, State.STARTING, State.STOPPING, State.WAITING}:
            _log.critical("no worker serves any more")
            self._leave(1)
        self._look()

    def ended(self, member: Member, how: str) -> None:  # noqa: ARG002 -- as declared
        """Leave if even the first one does not serve; and when all have ended that were to."""
        if not self._has_served and not self._fleet.is_stopping:
            handle: Any = member.handle
            self._leave(handle.exit_code or 1)
        if self._fleet.is_stopping and not self._fleet.members and self._ended is not None:
            ended, self._ended = self._ended, None
            ended.callback(None)

    def _look(self) -> None:
        settled = {State.READY, State.FAILED, State.STOPPED}
        if not self._supervisor.is_open and {w.state for w in self._fleet.workers} <= settled:
            self._notifier.started(lambda: self._pulse.is_regular)
            self._supervisor.open()

    def _leave(self, exit_code: int) -> None:
        self._exit_code = exit_code
        try:
            self._reactor.stop()
        except ReactorNotRunning:
            return

    def _extend(self) -> None:
        """Ask the service manager for time while something takes long."""
        if not self._supervisor.is_idle:
            self._notifier.extend(_EXTEND_SECONDS)
        self._reactor.callLater(_EXTEND_EVERY_SECONDS, self._extend)

    def _stop(self) -> Deferred[None]:
        self._notifier.stopping()
        self._supervisor.close()
        self._pulse.end()
        version = self._fleet.version
        self._fleet.stop_all()
        if not self._fleet.members or version is None:
            return start_entry(self._source.close())
        _log.info("stopping")
        settings = version.file.settings
        longest = settings.lame_duck_seconds + settings.drain_seconds
        longest += 2 * settings.stop_timeout_seconds + _STOP_GRACE_SECONDS
        alarm = self._reactor.callLater(longest, self._kill)
        self._ended = ended = Deferred[None]()

        def end(result: None) -> None:
            if alarm.active():
                alarm.cancel()
            return result

        return ended.addCallback(end).addCallback(lambda _: start_entry(self._source.close()))

    def _kill(self) -> None:
        for member in self._fleet.members:
            _log.error("worker %s does not end, and is killed", member.worker)
            member.handle.kill()

"""`Life`: a process that has others serve, from its start to its stop; and their names and logs."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import Deferred
from twisted.internet.error import ReactorNotRunning

from hostkit.errors import ConfigErrors
from hostkit.loops import start_entry
from hostkit.workers import Listener, Pulse, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.config import HostFile
    from hostkit.process.systemd import Notifier
    from hostkit.workers import ConfigSource, Fleet, Member, Supervisor, Worker

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


@final
class Life(Listener):
    """A supervisor from its start to its stop.

    Args:
        fleet: The workers.
        source: Reads the config file, and opens sockets.
        supervisor: Changes the workers.
        notifier: Is notified of what it does.
        reactor: The Twisted reactor.
        show: Shows why it cannot start.
    """

    def __init__(
        self,
        fleet: Fleet,
        source: ConfigSource,
        supervisor: Supervisor,
        notifier: Notifier,
        reactor: Any,
        show: Callable[[ConfigErrors], object],
    ) -> None:
        self._show = show
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
            self._show(errors)
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

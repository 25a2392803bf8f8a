"""`WorkerProgram`: a server as one of several workers, which does what their supervisor says."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any, final

import attrs
from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.error import ReactorNotRunning

from hostkit.config import examine
from hostkit.control._reporting import reload_for_client
from hostkit.control._switching import SWITCHES
from hostkit.control.listening import Request, explain
from hostkit.loops import start_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hostkit.background import Duty
    from hostkit.config import HostFile
    from hostkit.control.listening import Command
    from hostkit.control.reloader import Reloader
    from hostkit.host import Host
    from hostkit.web import GivenSockets, Server
    from hostkit.workers import Frame


def read_file(frame: Frame) -> HostFile:
    """Read the config file that a supervisor has sent, with what has been changed in it since.

    Args:
        frame: As `hostkit.workers.Version.as_frame` writes it.

    Raises:
        ConfigErrors: Something is wrong with it.
    """
    stream = io.BytesIO(frame["text"].encode())
    return adapted(examine(frame["file"], stream=stream).accept(), frame)


def adapted(file: HostFile, frame: Frame) -> HostFile:
    """Change how modules of a file are asked, and number it.

    Args:
        file: The file.
        frame: Says what operators have changed, and which file of the host it is.
    """
    commands = frame["switches"]
    modules = (
        attrs.evolve(entry, **SWITCHES[commands[entry.name]]) if entry.name in commands else entry
        for entry in file.modules
    )
    return attrs.evolve(file, modules=tuple(modules), generation=frame["generation"])


@final
class WorkerNotifier:
    """Notifies the supervisor of what a worker does.

    Args:
        send: Says something to the supervisor.
    """

    def __init__(self, send: Callable[[dict[str, Any]], object]) -> None:
        self._send = send

    def started(self) -> None:
        """The worker serves."""
        self._send({"is": "ready"})

    def ready(self, _status: str) -> None:
        """Do nothing: the supervisor knows what came of a reload."""

    def reloading(self) -> None:
        """Do nothing: the supervisor has asked for it."""

    def stopping(self) -> None:
        """Do nothing: the supervisor notices the end."""


@final
class WorkerProgram:
    """What a worker process serves with.

    Args:
        host: The host.
        server: Serves it.
        sockets: The sockets it is served on.
        reactor: The Twisted reactor.
        duty: The work that only one process does.

    Attributes:
        begin: Starts to serve.
        reloader: Reloads the server.
        commands: What each command of the control socket does.
    """

    begin: Callable[[], object]

    def __init__(
        self,
        host: Host,
        server: Server,
        sockets: GivenSockets,
        reactor: Any,
        duty: Duty,
    ) -> None:
        self._host = host
        self._duty = duty
        self._server = server
        self._sockets = sockets
        self._reactor = reactor
        self.reloader: Reloader
        self.commands: Mapping[str, Command] = {}

    def start(self) -> None:
        """Start to serve."""
        self.begin()

    def reload(self, file: HostFile, report: Callable[[str], None]) -> Deferred[dict[str, Any]]:
        """Take over another file, if all workers do."""
        return reload_for_client(
            lambda: self.reloader.reload(file), self._reactor, self._host.receipts.redact, report
        )

    def tasks(self, *, here: bool) -> Deferred[None]:
        """Do the work that only one process does, or have done it."""
        if not here:
            return start_entry(self._duty.end())
        self._duty.begin()
        return succeed(None)

    def ask(self, frame: Frame, send: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        """Do a command of the control socket."""
        request = Request(
            frame["arguments"],
            frame["by"],
            lambda text: send({"meanwhile": text}),
            lambda item: send({"item": item}),
        )
        done = maybeDeferred(self.commands[frame["command"]], request)
        done.addErrback(explain).addCallback(lambda answer: send({"end": answer}))
        return lambda: None if request.left.called else request.left.callback(None)

    def stop(self, *, last: bool) -> None:
        """Stop to serve, and end the process."""
        self._sockets.is_last = last
        if not last:
            self._server.skip_lame_duck()
        with contextlib.suppress(ReactorNotRunning):  # it is being stopped
            self._reactor.stop()

"""`WorkerProgram`: a server as one of several workers, which does what their supervisor says."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any, final

from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.error import ReactorNotRunning

from hostkit.cli._control import Request, explain
from hostkit.cli._reporting import reload_for_client
from hostkit.cli._switching import switched
from hostkit.config import examine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hostkit.cli._control import Command
    from hostkit.cli._reloader import Reloader
    from hostkit.cli._serve import Run
    from hostkit.config import HostFile
    from hostkit.host import Host
    from hostkit.web import GivenSockets, Server
    from hostkit.workers import Frame


def read_file(frame: Frame) -> HostFile:
    """Read the config file that a supervisor has sent, with what operators have changed since.

    Args:
        frame: As `hostkit.workers.Version.as_frame` writes it.

    Raises:
        ConfigErrors: Something is wrong with it.
    """
    stream = io.BytesIO(frame["text"].encode())
    return switched(examine(frame["file"], stream=stream).accept(), frame["switches"])


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
        reloader: Reloads it.
        commands: What each command of the control socket does.
        reactor: The Twisted reactor.

    Attributes:
        run: Starts it.
    """

    run: Run

    def __init__(
        self,
        host: Host,
        server: Server,
        sockets: GivenSockets,
        reactor: Any,
    ) -> None:
        self._host = host
        self._server = server
        self._sockets = sockets
        self._reactor = reactor
        self.reloader: Reloader
        self.commands: Mapping[str, Command] = {}

    def start(self) -> None:
        """Start to serve."""
        self.run.start()

    def reload(self, file: HostFile, report: Callable[[str], None]) -> Deferred[dict[str, Any]]:
        """Take over another file, if all workers do."""
        return reload_for_client(
            lambda: self.reloader.reload(file), self._reactor, self._host.receipts.redact, report
        )

    def tasks(self, *, here: bool) -> Deferred[None]:  # noqa: ARG002
        """Do the work that only one process does, or have done it."""
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

"""`Spawner`: begins the processes of workers, and passes on what they write, line by line."""

from __future__ import annotations

import os
import signal
import socket
from collections import deque
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol

from hostkit.workers._link import Link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hostkit.web import OpenSockets
    from hostkit.workers._member import Events, Version

LINK: Final = 3
"""The number under which a worker process finds its end of the link."""

_LAST_LINES: Final = 20
_LONGEST_LINE: Final = 64 * 1024
_LINES_SECONDS: Final = 1.0
_OWN: Final = ("LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID")


@final
class Spawner:
    """Begins worker processes: each is a new Python, with the code that is there now.

    Args:
        reactor: The Twisted reactor.
        command: The program and its arguments, to which worker and file are added for `ps`.
        options: What else a process is given when it begins.
        write: Writes a line of a worker's log.
    """

    def __init__(
        self,
        reactor: Any,
        command: Sequence[str],
        options: Mapping[str, Any],
        write: Callable[[str, bytes], object],
    ) -> None:
        self._reactor = reactor
        self._command = command
        self._options = options
        self._write = write

    def __call__(self, slot: int, name: str, version: Version, events: Events) -> WorkerProcess:
        """Begin a process; see `Spawn`."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.settimeout(0)
            process = WorkerProcess(
                self._reactor, name, version, events, lambda line: self._write(name, line)
            )
            arguments = [*self._command, name, version.file.name]
            environment = {key: os.environ[key] for key in os.environ if key not in _OWN}
            with open(os.devnull, "rb") as nothing:  # noqa: PTH123 -- it is not a path
                files = {0: nothing.fileno(), 1: "r", 2: "r", LINK: theirs.fileno()}
                self._reactor.spawnProcess(
                    process, arguments[0], arguments, env=environment, childFDs=files
                )
            process.connect(ours.fileno(), {**self._options, "slot": slot, "worker": name})
        return process


@final
class WorkerProcess(ProcessProtocol):
    """One process of a worker.

    Args:
        reactor: The Twisted reactor.
        name: The worker's name.
        version: What it is to run.
        events: Is notified of what becomes of it.
        write: Writes a line of its log.
    """

    def __init__(
        self,
        reactor: Any,
        name: str,
        version: Version,
        events: Events,
        write: Callable[[bytes], object],
    ) -> None:
        self._reactor = reactor
        self._name = name
        self._version = version
        self._events = events
        self._write = write
        self._link: Link | None = None
        self._parts = {1: b"", 2: b""}
        self._lines: deque[str] = deque(maxlen=_LAST_LINES)
        self._how: str | None = None
        self._is_over = False
        self._pid = 0
        self.exit_code: int | None = None

    def connect(self, descriptor: int, options: Mapping[str, Any]) -> None:
        """Give it what it needs to begin.

        Args:
            descriptor: The supervisor's end of the link.
            options: What else it needs.
        """
        transport: Any = self.transport
        self._pid = transport.pid  # Twisted forgets it when it has ended
        self._link = Link.adopt(
            self._reactor, descriptor, self._receive, self._events.message, lambda: None
        )
        self._link.send({**options, **self._version.as_frame()})

    @property
    def pid(self) -> int:
        """Its number."""
        return self._pid

    @property
    def last_lines(self) -> list[str]:
        """The last lines that it has written."""
        return [*self._lines]

    def send(self, frame: Mapping[str, Any], sockets: Sequence[OpenSockets] = ()) -> None:
        """Say something to it; see `Handle`."""
        if self._is_over or self._link is None:
            return
        descriptors = [one.fileno() for each in sockets for one in each.sockets]
        if sockets:
            names = [[each.place.key, len(each.sockets)] for each in sockets]
            frame = {**frame, "sockets": names}
        self._link.send(frame, descriptors)

    def send_message(self, data: bytes) -> None:
        """Pass messages on to it."""
        if not self._is_over and self._link is not None:
            self._link.send_message(data)

    def kill(self) -> None:
        """End it at once."""
        transport: Any = self.transport
        try:
            transport.signalProcess(signal.SIGKILL)
        except ProcessExitedAlready:
            return

    def _receive(self, frame: dict[str, Any]) -> None:
        if frame.get("is") == "here":  # it reads on, so sockets can come
            self.send({"do": "start"}, [*self._version.sockets.values()])
        elif not self._is_over:
            self._events.received(frame)

    # What Twisted wants of a protocol.

    def childDataReceived(self, childFD: int, data: bytes) -> None:  # noqa: N803
        """Pass on whole lines."""
        *lines, rest = (self._parts[childFD] + data).split(b"\n")
        if len(rest) > _LONGEST_LINE:
            lines, rest = [*lines, rest], b""
        self._parts[childFD] = rest
        for line in lines:
            self._take(line)

    def processExited(self, reason: Any) -> None:
        """Take note of its end; a program that it has begun may still hold its output."""
        self.exit_code = reason.value.exitCode
        self._how = describe_end(reason.value)
        self._reactor.callLater(_LINES_SECONDS, self._end)

    def processEnded(self, reason: Any) -> None:  # noqa: ARG002 -- so named by Twisted
        """Its output has ended, too."""
        self._end()

    def _end(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        for rest in filter(None, self._parts.values()):
            self._take(rest)
        link: Any = self._link
        link.transport.abortConnection()
        self._events.ended(self._how or "it has ended")

    def _take(self, line: bytes) -> None:
        self._lines.append(line.decode("utf-8", "replace"))
        self._write(line)


def describe_end(ended: Any) -> str:
    """Say how a process has ended.

    Args:
        ended: Twisted's `ProcessDone` or `ProcessTerminated`.
    """
    if ended.signal is not None:
        try:
            name = signal.Signals(ended.signal).name
        except ValueError:
            name = f"signal {ended.signal}"
        return f"killed by {name}"
    return f"ended with exit code {ended.exitCode}"

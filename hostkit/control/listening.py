"""The control socket of a serving process: commands of its user, over a UNIX socket."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from typing import TYPE_CHECKING, Any, Final, TypeAlias, final

import attrs
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.protocol import Factory
from twisted.protocols.basic import LineOnlyReceiver

from hostkit.codes import Code
from hostkit.config import StructureErrors
from hostkit.control._peer import peer_of
from hostkit.control._refusing import refused
from hostkit.control.client import VERSION, control_path
from hostkit.errors import ConfigErrors
from hostkit.process.pid_file import pid_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from twisted.python.failure import Failure

    from hostkit.config import HostFile
    from hostkit.errors import Problem

_log: Final = logging.getLogger("hostkit.serve")
_MODE: Final = 0o600
_LONGEST_LINE: Final = 1000
_LINE_SECONDS: Final = 10.0
_UNKNOWN: Final = "this process knows no such command"
_NEWER: Final = f"this process understands version {VERSION} of commands, not a newer one"
_BROKEN: Final = "this is an error in hostkit, and in the server's log"


@final
@attrs.define(eq=False)
class Request:
    """One command of a client, while it is done; all is called on the reactor's thread.

    Attributes:
        arguments: What else the client has written.
        by: The user of the client.
        report: Says what happens meanwhile.
        send: Sends an item, which is written as JSON.
        is_slow: Whether the client has not read yet what it was sent.
        left: Fires when the client has left, or has got its answer.
    """

    arguments: Mapping[str, Any]
    by: str
    report: Callable[[str], None]
    send: Callable[[Any], None]
    is_slow: bool = False
    left: Deferred[None] = attrs.field(factory=Deferred)


Command: TypeAlias = "Callable[[Request], Deferred[dict[str, Any]]]"
"""Does something, and fires with what is written as JSON, with ``ok`` in it."""


@contextlib.contextmanager
def control_socket(file: HostFile, reactor: Any, commands: Mapping[str, Command]) -> Iterator[None]:
    """Take commands beside the pid file that a config file names, if it names one.

    Args:
        file: The config file. Its pid file must be held: what a killed process left is replaced.
        reactor: The Twisted reactor.
        commands: What each command does; what it comes to is written as JSON.

    Raises:
        ConfigErrors: There cannot be such a socket (HK408).
    """
    pid_file = pid_path(file)
    if pid_file is None:
        yield
        return
    path, owner = control_path(pid_file), os.getpid()
    problems = check_control_socket(file)
    if problems:
        raise ConfigErrors(tuple(problems))
    try:
        port = _listen(path, _Factory(commands, reactor), reactor)
    except (OSError, CannotListenError) as error:
        why = error.socketError if isinstance(error, CannotListenError) else error
        raise ConfigErrors((_unusable(file, path, str(why)),)) from error
    try:
        yield
    finally:
        if os.getpid() == owner:  # and not a child, whose end is not the server's
            port.stopListening()
            if path.is_socket():  # the reactor did not run, or not to its end
                path.unlink()


def check_control_socket(file: HostFile) -> list[Problem]:
    """Find out whether the control socket of a config file could be opened, without doing so.

    Args:
        file: The config file.

    Returns:
        What is wrong (HK408).
    """
    from hostkit.web import LONGEST_SOCKET_BYTES  # noqa: PLC0415 -- not for `hostkit reload`

    pid_file = pid_path(file)
    if pid_file is None:
        return []
    path = control_path(pid_file)
    length = len(os.fsencode(path))
    if length > LONGEST_SOCKET_BYTES:
        return [
            _unusable(file, path, f"its path has {length} bytes, {LONGEST_SOCKET_BYTES} at most")
        ]
    if path.exists() and not path.is_socket():
        return [_unusable(file, path, "it exists and is not a socket")]
    return []


def _unusable(file: HostFile, path: Path, why: str) -> Problem:
    return file.problem(
        Code.CONTROL_UNUSABLE,
        f"the control socket {path} cannot be opened: {why}",
        ("hostkit", "pid_file"),
        hint="it stands beside the pid file, so name one in another folder, such as /run/words",
    )


def _listen(path: Path, factory: _Factory, reactor: Any) -> Any:
    """Listen at a path, to which only this process's user may connect from the first moment."""
    from hostkit.web import listen_unix  # noqa: PLC0415 -- not for `hostkit reload`

    if path.is_socket():
        path.unlink()
    return listen_unix(path, factory, _MODE, reactor)


@final
class _Factory(Factory[Any]):
    """Makes a connection for each client."""

    def __init__(self, commands: Mapping[str, Command], reactor: Any) -> None:
        self._commands = commands
        self._reactor = reactor

    def buildProtocol(self, _address: object) -> _Connection:  # noqa: N802 -- so named by Twisted
        """Make the connection of a client."""
        return _Connection(self._commands, self._reactor)


@final
class _Connection(LineOnlyReceiver):
    """Does what one client asks for."""

    delimiter = b"\n"
    MAX_LENGTH = _LONGEST_LINE

    def __init__(self, commands: Mapping[str, Command], reactor: Any) -> None:
        self._commands = commands
        self._alarm = reactor.callLater(_LINE_SECONDS, self._give_up)
        self._request: Request | None = None

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 -- so named by Twisted
        """Do a command, the only one of a connection; it goes on if the client leaves."""
        if not self._alarm.active():
            return
        self._alarm.cancel()
        try:
            command, arguments = self._read(line)
        except (ValueError, LookupError, TypeError) as error:
            is_newer = isinstance(error, _NewerError)
            self._answer(refused(_NEWER if is_newer else _UNKNOWN))
            return
        transport: Any = self.transport
        self._request = request = Request(
            arguments,
            peer_of(transport),
            lambda text: self._write({"meanwhile": text}),
            lambda item: self._write({"item": item}),
        )
        transport.registerProducer(self, True)  # noqa: FBT003 -- so declared by Twisted
        maybeDeferred(command, request).addErrback(explain).addCallback(self._end)

    def _read(self, line: bytes) -> tuple[Command, Mapping[str, Any]]:
        asked: dict[str, Any] = {"version": VERSION, "arguments": {}, **json.loads(line)}
        if asked["version"] > VERSION:
            raise _NewerError
        return self._commands[asked["command"]], {**asked["arguments"]}

    # What Twisted wants of a producer.

    def pauseProducing(self) -> None:  # noqa: N802
        """Take note that the client does not read what it was sent."""
        if self._request is not None:
            self._request.is_slow = True

    def resumeProducing(self) -> None:  # noqa: N802
        """Take note that it has read all of it."""
        if self._request is not None:
            self._request.is_slow = False

    def stopProducing(self) -> None:  # noqa: N802
        """Do nothing: `connectionLost` is called, too."""

    def connectionLost(self, _reason: Any = None) -> None:  # noqa: N802
        """Wait no more for a client that has left."""
        if self._alarm.active():
            self._alarm.cancel()
        self._leave()

    def _leave(self) -> None:
        if self._request is not None:
            request, self._request = self._request, None
            request.left.callback(None)

    def _give_up(self) -> None:
        transport: Any = self.transport
        transport.abortConnection()

    def _end(self, answer: dict[str, Any]) -> None:
        transport: Any = self.transport
        transport.unregisterProducer()  # which would keep it open
        self._answer(answer)
        self._leave()

    def _answer(self, answer: dict[str, Any]) -> None:
        line = {"version": VERSION, "pid": os.getpid(), **answer}
        self._write(line).loseConnection()

    def _write(self, answer: dict[str, Any]) -> Any:
        transport: Any = self.transport  # Twisted's interfaces are not what pyright understands
        transport.write(json.dumps(answer).encode() + b"\n")
        return transport


class _NewerError(ValueError):
    """What a client says is of a newer version."""


def explain(failure: Failure) -> dict[str, Any]:
    """Answer in the place of a command that has failed.

    Args:
        failure: What it has raised.
    """
    if isinstance(failure.value, StructureErrors):
        return refused(f"the arguments of the command are wrong: {failure.value}")
    _log.critical("a command of the control socket failed", exc_info=failure.value)
    return refused(_BROKEN)

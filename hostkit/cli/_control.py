"""The control socket of a serving process: commands of its user, over a UNIX socket."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, final

from twisted.internet.error import CannotListenError
from twisted.internet.protocol import Factory
from twisted.protocols.basic import LineOnlyReceiver

from hostkit.cli._process import pid_path
from hostkit.codes import Code
from hostkit.errors import ConfigErrors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from twisted.internet.defer import Deferred

    from hostkit.config import HostFile
    from hostkit.errors import Problem

_PATIENCE_SECONDS: Final = 6.0  # the server itself reports after 5
_NO_ANSWER: Final = "still waiting: the server does not answer, so its event loop may be blocked"
_MODE: Final = 0o600
_LONGEST_LINE: Final = 1000
_LINE_SECONDS: Final = 10.0

Report: TypeAlias = "Callable[[str], None]"
"""Says what happens meanwhile; called on the reactor's thread."""

Command: TypeAlias = "Callable[[Report], Deferred[dict[str, Any]]]"
"""Does something, and fires with what is written as JSON; it never fails."""

# A connection is one command: a line of JSON such as ``{"command": "reload"}``. It is answered by
# lines such as ``{"meanwhile": "..."}``, and by a last one with ``ok`` when the command has ended.


def control_path(pid_file: Path) -> Path:
    """Return the path of the control socket that belongs to a pid file."""
    return pid_file.with_name(f"{pid_file.name}.sock")


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

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 -- so named by Twisted
        """Do a command, the only one of a connection; it goes on if the client leaves."""
        if not self._alarm.active():
            return
        self._alarm.cancel()
        try:
            command = self._commands[json.loads(line)["command"]]
        except (ValueError, LookupError, TypeError):
            self._answer({"ok": False, "message": "this process knows no such command"})
        else:
            command(lambda text: self._write({"meanwhile": text})).addCallback(self._answer)

    def connectionLost(self, _reason: Any = None) -> None:  # noqa: N802
        """Wait no more for a client that has left."""
        if self._alarm.active():
            self._alarm.cancel()

    def _give_up(self) -> None:
        transport: Any = self.transport
        transport.abortConnection()

    def _answer(self, answer: dict[str, Any]) -> None:
        self._write({"pid": os.getpid(), **answer}).loseConnection()

    def _write(self, answer: dict[str, Any]) -> Any:
        transport: Any = self.transport  # Twisted's interfaces are not what pyright understands
        transport.write(json.dumps(answer).encode() + b"\n")
        return transport


def find_control(number: int) -> Path | None:
    """Find the control socket of a process, by the pid file that it holds open.

    Args:
        number: The process.

    Returns:
        The path; `None` if there is none, or the system does not say.
    """
    with contextlib.suppress(OSError):
        for link in Path(f"/proc/{number}/fd").iterdir():
            with contextlib.suppress(OSError):  # it was closed meanwhile
                path = control_path(Path(link.readlink()))
                if path.is_socket():
                    return path
    return None


def ask(
    path: Path, command: str, report: Report, patience: float = _PATIENCE_SECONDS
) -> dict[str, Any] | None:
    """Have a serving process do something, and wait until it is done.

    Args:
        path: Its control socket.
        command: The command.
        report: Is called with what happens meanwhile.
        patience: After how many seconds without any answer that is reported, too.

    Returns:
        What it came to; `None` if the process has ended meanwhile.

    Raises:
        OSError: No process listens there, or it is another user's.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(json.dumps({"command": command}).encode() + b"\n")
        if not select.select([connection], [], [], patience)[0]:
            report(_NO_ANSWER)
        with connection.makefile("rb") as lines:
            for answer in map(json.loads, lines):
                if "ok" in answer:
                    found: dict[str, Any] = answer
                    return found
                report(answer["meanwhile"])
    return None

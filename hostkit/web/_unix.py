"""UNIX sockets: `UnixEndpoint`, whose lock ends with its process, and those that others keep."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, final

import attrs
from twisted.internet import tcp
from twisted.internet.defer import Deferred, execute
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IStreamServerEndpoint
from twisted.internet.unix import Port
from zope.interface import implementer

from hostkit.web._addresses import is_served
from hostkit.web._twisted_private import TwistedUnixPort

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twisted.internet.interfaces import IListeningPort, IProtocolFactory

UNIX_MODE: Final = "660"
"""The permissions of a socket, unless its endpoint says others: not for every user."""


@final
@implementer(IStreamServerEndpoint)
class UnixEndpoint:
    """A UNIX socket that only one process serves; what a killed one has left is replaced.

    Twisted's own lock names a process. In a container that is process 1 in every run, so after a
    kill the next run would wait for itself.

    Args:
        reactor: The Twisted reactor.
        parts: The parts of the endpoint string, which were checked.
    """

    def __init__(self, reactor: Any, parts: Mapping[str, str]) -> None:
        self._reactor = reactor
        self._path = Path(parts["address"])
        self._mode = int(parts.get("mode", UNIX_MODE), 8)
        self._is_locked = parts.get("lockfile", "1") != "0"
        self._backlog = int(parts.get("backlog", "50"))

    def listen(self, protocolFactory: IProtocolFactory) -> Deferred[IListeningPort]:  # noqa: N803
        """Take the lock, and listen."""
        return execute(self._listen, protocolFactory)

    def _listen(self, factory: IProtocolFactory) -> IListeningPort:
        if not self._is_locked:
            return listen_unix(self._path, factory, self._mode, self._reactor, self._backlog)
        try:
            lock = _Lock.take(self._path.with_name(f"{self._path.name}.lock"))
        except OSError as error:
            raise CannotListenError(None, self._path, error) from error
        try:
            self._make_room()
            return listen_unix(
                self._path, factory, self._mode, self._reactor, self._backlog, lock.release
            )
        except BaseException:
            lock.release()
            raise

    def _make_room(self) -> None:
        """Delete a socket that no process serves."""
        if self._path.is_socket() and not is_served(self._path):
            self._path.unlink()
        elif self._path.exists():
            taken = OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
            raise CannotListenError(None, self._path, taken)


@final
@attrs.frozen
class _Lock:
    """A file that a process has locked."""

    path: Path
    descriptor: int

    @classmethod
    def take(cls, path: Path) -> Self:
        """Create and lock a file.

        Raises:
            OSError: Another process has locked it, or it cannot be created.
        """
        while True:
            if path.is_symlink():  # Twisted's lock; the socket says whether it is one
                path.unlink(missing_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(descriptor)
                raise
            if os.fstat(descriptor).st_nlink:
                return cls(path, descriptor)
            os.close(descriptor)  # it was deleted before it was locked: no other process can see it

    def release(self) -> None:
        """Delete the file, and unlock it after that."""
        self.path.unlink(missing_ok=True)
        os.close(self.descriptor)


def listen_unix(
    path: Path,
    factory: IProtocolFactory,
    mode: int,
    reactor: Any,
    backlog: int = 50,
    release: Callable[[], object] = lambda: None,
) -> IListeningPort:
    """Listen on a UNIX socket that has its mode from the first moment.

    Args:
        path: The socket, which is not there.
        factory: Makes what answers.
        mode: Its permissions.
        reactor: The Twisted reactor.
        backlog: How many connections may wait.
        release: Is called when the socket is closed, and deleted if it is still there.

    Raises:
        CannotListenError: It cannot be made.
    """
    port = _OwnPort(path, release, os.fsencode(path), factory, backlog, mode, reactor)
    port.startListening()
    return port


@final
class _OwnPort(Port):
    """A port on a socket that this process makes, and deletes unless it is another one by now."""

    def __init__(self, path: Path, release: Callable[[], object], *args: Any) -> None:
        super().__init__(*args)
        self._path = path
        self._release = release
        self._close_made: Callable[[], object] = lambda: None
        self._file: tuple[int, int] | None = None

    def createInternetSocket(self) -> socket.socket:
        """Make the socket, which has no name yet."""
        made: socket.socket = super().createInternetSocket()  # type: ignore[no-untyped-call]
        self._close_made = made.close
        # On Linux the name gets this mode, so that between `bind` and `chmod` no other user can
        # connect. A umask would count for all threads.
        with contextlib.suppress(OSError):
            os.fchmod(made.fileno(), self.mode)
        return made

    def startListening(self) -> None:
        """Make the name, and listen."""
        try:
            super().startListening()  # type: ignore[no-untyped-call]
        except BaseException:
            self._close_made()
            raise
        self._file = _identity(self._path)

    def connectionLost(self, reason: Any) -> None:
        """Delete the socket, and release what belongs to it after that."""
        try:
            if self._file == _identity(self._path):
                self._path.unlink(missing_ok=True)
            tcp.Port.connectionLost(self, reason)
        finally:
            self._release()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@final
@attrs.frozen
class Adopter:
    """Adopts sockets that listen already, as a reactor does, but leaves those of UNIX as they are.

    Twisted itself lets every user connect to them, deletes them when it listens no more, and shuts
    them down for all processes that have them: systemd and the next process have one that is dead.

    Args:
        reactor: The Twisted reactor.
    """

    _reactor: Any

    def adoptStreamPort(
        self,
        fileDescriptor: int,  # noqa: N803
        addressFamily: int,  # noqa: N803
        factory: IProtocolFactory,
    ) -> IListeningPort:
        """Listen on a socket."""
        if addressFamily != socket.AF_UNIX:
            port: IListeningPort = self._reactor.adoptStreamPort(
                fileDescriptor, addressFamily, factory
            )
            return port
        kept = _KeptPort.of_descriptor(self._reactor, fileDescriptor, factory)
        kept.startListening()
        return kept


@final
class _KeptPort(TwistedUnixPort):
    """A port on a socket that another process has opened, and may keep."""

    def startListening(self) -> None:
        """Listen, as on any socket that is there already."""
        tcp.Port.startListening(self)

    def connectionLost(self, reason: Any) -> None:
        """Listen no more."""
        tcp.Port.connectionLost(self, reason)

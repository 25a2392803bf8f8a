"""`Notifier`: what a service manager is notified of, as systemd's ``sd_notify`` does it."""

from __future__ import annotations

import logging
import os
import socket
import time
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, final

from twisted.internet.task import LoopingCall

from hostkit.wording import visible

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

_log: Final = logging.getLogger("hostkit.serve")


class Notified(Protocol):
    """What is notified of what a server does."""

    def started(self) -> None:
        """The server serves."""

    def ready(self, status: str) -> None:
        """The server serves, again or still.

        Args:
            status: What is to be said about that.
        """

    def reloading(self) -> None:
        """The server reloads; `ready` must follow."""

    def stopping(self) -> None:
        """The server stops."""


@final
class Notifier:
    """Notifies systemd of what a server does, for ``Type=notify`` and the like.

    Args:
        address: Its datagram socket: a path, or ``@`` and an abstract name. `None`: there is
            no service manager that waits for notifications.
        watchdog_seconds: How often the watchdog must be notified at least, if there is one.
        reactor: Says when.
    """

    def __init__(self, address: str | None, watchdog_seconds: float | None, reactor: Any) -> None:
        self._address = address
        self._watchdog_seconds = watchdog_seconds
        self._reactor = reactor
        self._has_failed = False

    @classmethod
    def from_environment(cls, environment: MutableMapping[str, str], reactor: Any) -> Self:
        """Make one as systemd says, and remove that: it is not meant for child processes.

        Args:
            environment: The environment's variables.
            reactor: The Twisted reactor.
        """
        address = environment.pop("NOTIFY_SOCKET", None) or None
        microseconds = environment.pop("WATCHDOG_USEC", "")
        number = environment.pop("WATCHDOG_PID", "")
        is_watched = microseconds.isascii() and microseconds.isdigit() and int(microseconds) > 0
        is_watched = is_watched and number in {"", str(os.getpid())}
        return cls(address, int(microseconds) / 1e6 if is_watched else None, reactor)

    def started(self, is_well: Callable[[], bool] = lambda: True) -> None:
        """The server serves; from now on the watchdog is notified.

        Args:
            is_well: Says whether the watchdog may be notified now.
        """
        self.ready("serving")
        if self._address is not None and self._watchdog_seconds is not None:
            feeding = LoopingCall(lambda: self._send("WATCHDOG=1") if is_well() else None)
            feeding.clock = self._reactor
            feeding.start(self._watchdog_seconds / 2)

    def ready(self, status: str) -> None:
        """The server serves, again or still.

        Args:
            status: What is to be said about that.
        """
        self._send("READY=1", f"STATUS={visible(status.partition(chr(10))[0])}")

    def reloading(self) -> None:
        """The server reloads; `ready` must follow."""
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send("RELOADING=1", f"MONOTONIC_USEC={now}", "STATUS=reloading")

    def extend(self, seconds: float) -> None:
        """Starting, reloading or stopping goes on, and is not to be given up.

        Args:
            seconds: How long it may still take at least; then it must be extended again.
        """
        self._send(f"EXTEND_TIMEOUT_USEC={int(seconds * 1e6)}")

    def stopping(self) -> None:
        """The server stops."""
        self._send("STOPPING=1", "STATUS=stopping")

    def _send(self, *lines: str) -> None:
        if self._address is None:
            return
        address = self._address
        if address.startswith("@"):
            address = f"\0{address[1:]}"
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sending:
                sending.settimeout(0)  # a manager that does not read must not stop a server
                sending.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            if not self._has_failed:
                self._has_failed = True
                _log.warning("the service manager cannot be notified of %s: %s", lines[0], error)

"""What is logged when there are too many connections, for a listener or for the process."""

from __future__ import annotations

import logging
import resource
from typing import TYPE_CHECKING, Any, Final, final

import attrs
from twisted.internet.protocol import Protocol
from twisted.logger import globalLogPublisher

if TYPE_CHECKING:
    from collections.abc import Callable

QUIET_SECONDS: Final = 10
"""How long the same is not logged again."""

_log: Final = logging.getLogger("hostkit.serve")
# What Twisted says about it, at a level that is not shown.
_EXHAUSTED: Final = "EMFILE encountered; releasing reserved file descriptor."
_NOT_ACCEPTED: Final = "Could not accept new connection ({acceptError})"


@final
@attrs.define
class Notice:
    """Logs something that may happen very often: the first time, and then with a count.

    Args:
        seconds: The time now.
    """

    _seconds: Callable[[], float]
    _next_at: float | None = None
    _count: int = 0

    def log(self, message: str, *args: object) -> None:
        """Log an error, unless it was logged just now."""
        now = self._seconds()
        self._count += 1
        if self._next_at is not None and now < self._next_at:
            return
        count, self._count = self._count, 0
        self._next_at = now + QUIET_SECONDS
        if count > 1:
            message += f" ({count} times since this was logged)"
        _log.error(message, *args)


@final
class AcceptWatch:
    """Logs that connections cannot be accepted, as there are no file descriptors or no memory.

    Args:
        seconds: The time now.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._notice = Notice(seconds)

    def begin(self) -> None:
        """Begin to look at what Twisted logs."""
        globalLogPublisher.addObserver(self)  # type: ignore[arg-type]

    def end(self) -> None:
        """Look no more."""
        globalLogPublisher.removeObserver(self)  # type: ignore[arg-type]

    def __call__(self, event: dict[str, Any]) -> None:
        form, reason = event.get("log_format"), event.get("acceptError")
        if form == _EXHAUSTED or (form, reason) == (_NOT_ACCEPTED, "EMFILE"):
            limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
            self._notice.log(
                "no more than %d files and connections can be open (EMFILE): new connections are "
                "closed at once; raise the limit (`ulimit -n`, LimitNOFILE= of systemd), or set "
                "`limits: connections` below it",
                limit,
            )
        elif form == _NOT_ACCEPTED:
            self._notice.log("a connection cannot be accepted (%s)", reason)


@final
class Refused(Protocol):
    """A connection that is one too many."""

    def connectionMade(self) -> None:
        """Close it."""
        transport: Any = self.transport
        transport.abortConnection()

"""`RedisLink`: the state of the connection to a Redis server, and what is logged of it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final, final

from twisted.internet.defer import CancelledError, Deferred

from hostkit.messages._notice import Notice, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.python.failure import Failure

_MOST_LINES: Final = 5

_log: Final = logging.getLogger("hostkit.messages")


@final
class RedisLink:
    """The state of the connection to a server; all on the program's own thread.

    Args:
        clock: Reads monotonic seconds.

    Attributes:
        tried: Fires when it is known for the first time whether there is a connection.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._is_up: bool | None = None
        self._kinds: set[type[Exception]] = set()
        # A server that comes and goes all the time does not fill the log.
        self._found = Notice(_log, clock, _MOST_LINES)
        self._lost = Notice(_log, clock, _MOST_LINES)
        self._is_reported = False
        self._was_up = False
        self.tried: Deferred[None] = Deferred()

    def up(self) -> None:
        """From now on messages arrive."""
        if not self._was_up:
            self._was_up = True
            _log.info("connected to Redis, to receive messages of other processes")
        else:
            self._found.write(
                logging.INFO, "connected to Redis again; all registered caches were emptied"
            )
        self._note(is_up=True)

    def down(self, error: Exception) -> None:
        """From now on none arrive, until the connection is up again."""
        # Once per outage and kind of error, not for each attempt to reconnect: a server that is
        # back may refuse the password.
        reason = shown(str(error).rstrip("."))
        if self._is_up is not False or (not self._is_reported and self._lost.is_due):
            self._is_reported = self._lost.write(
                logging.WARNING,
                "%s to Redis: %s; messages of other processes are not received until it is "
                "connected, when all registered caches are emptied",
                "no connection" if self._is_up is None else "lost the connection",
                reason,
            )
        elif self._is_reported and type(error) not in self._kinds:
            _log.warning("still no connection to Redis: %s", reason)
        self._kinds.add(type(error))
        self._note(is_up=False)

    def end(self, failure: Failure) -> None:
        """Handle the end of listening, which is expected only if the host was stopped."""
        if failure.check(CancelledError) is None:
            _log.critical("the client of Redis has failed", exc_info=failure.value)
            self._note(is_up=False)

    def _note(self, *, is_up: bool) -> None:
        self._is_up = is_up
        if is_up:
            self._kinds.clear()
        if not self.tried.called:
            self.tried.callback(None)

"""`Link`: whether a host hears of what other processes invalidate."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, final

from twisted.internet.defer import CancelledError, Deferred

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from hostkit.caching._invalidations import Invalidations

_log: Final = logging.getLogger("hostkit.caching")


@final
class Link:
    """The connection to a server, as it comes and goes; all on the program's own thread.

    Args:
        invalidations: What is told of messages.

    Attributes:
        tried: Fires when it is known for the first time whether there is a connection.
    """

    def __init__(self, invalidations: Invalidations) -> None:
        self._invalidations = invalidations
        self._is_up: bool | None = None
        self.tried: Deferred[None] = Deferred()

    def up(self) -> None:
        """From now on messages are heard; those before may have been missed."""
        self._invalidations.drop_all()
        if self._is_up is None:
            _log.info("connected to Redis, to hear what other processes invalidate")
        else:
            _log.info("connected to Redis again; all registered caches were emptied")
        self._note(is_up=True)

    def down(self, error: Exception) -> None:
        """From now on none are, until the connection is there again."""
        if self._is_up is not False:
            _log.warning(
                "%s to Redis: %s; what other processes invalidate is not heard, until there is one "
                "and all registered caches can be emptied",
                "no connection" if self._is_up is None else "lost the connection",
                str(error).rstrip("."),
            )
        self._note(is_up=False)

    def end(self, failure: Failure) -> None:
        """Nobody listens any more, which is all right if the host was stopped."""
        if failure.check(CancelledError) is None:
            _log.critical("the client of Redis has failed", exc_info=failure.value)
            self._note(is_up=False)

    def heard(self, text: bytes) -> None:
        """Pass a message on."""
        self._invalidations.heard(text)

    def _note(self, *, is_up: bool) -> None:
        self._is_up = is_up
        if not self.tried.called:
            self.tried.callback(None)

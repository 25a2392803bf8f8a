"""`AcceptWatch`: what happens when the system has no room for another connection."""

from __future__ import annotations

import logging
import resource
from typing import TYPE_CHECKING, Any, Final, final

from twisted.logger import globalLogPublisher

from hostkit.floods import FloodGate
from hostkit.logs import About

if TYPE_CHECKING:
    from collections.abc import Callable

_log: Final = logging.getLogger("hostkit.serve")
# What Twisted says about it, at a level that is not shown.
_EXHAUSTED: Final = "EMFILE encountered; releasing reserved file descriptor."
_NOT_ACCEPTED: Final = "Could not accept new connection ({acceptError})"
_CLIENT_LEFT: Final = "ECONNABORTED"


@final
class AcceptWatch:
    """Logs that connections cannot be accepted, as there are no file descriptors or no memory.

    What else the server logs for its listeners is held back as well where it repeats.

    Args:
        rest: Has listeners accept no connections for a while, as the event loop would call them
            again at once, and again in vain.
    """

    def __init__(self, rest: Callable[[], None]) -> None:
        self._rest = rest
        self._flood = FloodGate(_log.handle)

    def begin(self) -> None:
        """Begin to look at what Twisted logs."""
        _log.addFilter(self._flood)
        globalLogPublisher.addObserver(self)  # type: ignore[arg-type]

    def end(self) -> None:
        """Look no more."""
        globalLogPublisher.removeObserver(self)  # type: ignore[arg-type]
        self._flood.close()
        _log.removeFilter(self._flood)

    def __call__(self, event: dict[str, Any]) -> None:
        form, reason = event.get("log_format"), event.get("acceptError")
        if form == _EXHAUSTED or (form, reason) == (_NOT_ACCEPTED, "EMFILE"):
            limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
            _log.error(
                "no more than %d files and connections can be open (EMFILE): new connections are "
                "closed at once; raise the limit (`ulimit -n`, LimitNOFILE= of systemd), or set "
                "`limits: connections` below it",
                limit,
                extra=About().extra,
            )
        elif form == _NOT_ACCEPTED:
            _log.error("a connection cannot be accepted (%s)", reason, extra=About().extra)
            if reason != _CLIENT_LEFT:
                self._rest()

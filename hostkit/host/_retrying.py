"""`Retrying`: tries again what has failed, less and less often."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, final

from hostkit.errors import HostkitError
from hostkit.loops import find_clock, start_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from twisted.internet.interfaces import IReactorTime

    from hostkit.loops import Cancellable

_FIRST_SECONDS: Final = 5.0
_LONGEST_SECONDS: Final = 300.0
_log: Final = logging.getLogger("hostkit.host")


@final
class Retrying:
    """Makes attempts until one succeeds: after 5 seconds, then after twice as long each time.

    Args:
        clock: Where attempts are scheduled; see `Host`.
        attempt: Makes an attempt; returns whether another one is needed.
    """

    def __init__(
        self, clock: IReactorTime | None, attempt: Callable[[], Coroutine[Any, Any, bool]]
    ) -> None:
        self._clock = clock
        self._attempt = attempt
        self._alarm: Cancellable | None = None
        self._is_stopped = False
        self._seconds = _FIRST_SECONDS

    def begin(self) -> None:
        """Make attempts from now on, as if there had been none before."""
        self.stop()
        self._is_stopped = False
        self._seconds = _FIRST_SECONDS
        self._schedule()

    def stop(self) -> None:
        """Make no more attempts; one that is being made is the last."""
        self._is_stopped = True
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _schedule(self) -> None:
        self._alarm = find_clock(self._clock).call_later(self._seconds, self._fire)

    def _fire(self) -> None:
        self._alarm = None
        start_entry(self._try())

    async def _try(self) -> None:
        try:
            is_needed = await self._attempt()
        except HostkitError as error:
            if self._is_stopped:  # which is why
                return
            _log.warning("optional modules are tried again later: %s", error)
            is_needed = True
        # By then others may have begun anew.
        if is_needed and self._alarm is None and not self._is_stopped:
            self._seconds = min(2 * self._seconds, _LONGEST_SECONDS)
            self._schedule()

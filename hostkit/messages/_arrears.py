"""`Arrears`: messages that could not be sent, so that the others must be made to catch up."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, final

from hostkit.loops import Backoff, find_clock, start_entry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hostkit.loops import Cancellable, Clock

_FIRST_PAUSE_SECONDS: Final = 0.05
_LONGEST_PAUSE_SECONDS: Final = 1.0


@final
class Arrears:
    """Sends beats until one gets through, after a message that has not.

    The beat has a higher number than what was not sent, which shows the others that it is missing.

    Args:
        beat: Sends a beat. It reports to `owe` or to `settle`, as each message does, and may raise
            an `OSError`.
    """

    def __init__(self, beat: Callable[[], Awaitable[None]]) -> None:
        self._beat = beat
        self._owed = 0  # the highest number that was not sent; 0: none
        self._clock: Clock | None = None  # that of the event loop on which beats may be sent
        self._is_sending = False
        self._alarm: Cancellable | None = None
        self._backoff = Backoff(_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS)

    def open(self) -> None:
        """Send beats from now on when they are needed, on the event loop that runs now."""
        self._clock = find_clock(None)
        self._owed = 0

    def close(self) -> None:
        """Send none any more."""
        self._clock = None
        self._disarm()

    def owe(self, number: int) -> None:
        """Take note that a message was not sent."""
        self._owed = max(self._owed, number)
        if self._clock is not None and self._alarm is None:
            # A coroutine that outlives its event loop is closed at any time, perhaps on another.
            with suppress(RuntimeError):  # the event loop has ended
                self._alarm = self._clock.call_later(self._backoff.next(), self._fire)

    def settle(self, number: int) -> None:
        """Take note that a message was sent."""
        if number > self._owed:
            self._owed = 0
            self._disarm()
            self._backoff.reset()

    def hurry(self) -> None:
        """Send a beat at once if one is needed, since there is a connection again."""
        if self._owed and self._clock is not None:
            self._disarm()
            self._fire()

    def _fire(self) -> None:
        self._alarm = None
        if not self._is_sending:  # otherwise its end sets the next alarm if need be
            start_entry(self._send())

    async def _send(self) -> None:
        self._is_sending = True
        try:
            await self._beat()
        except OSError:
            pass  # `owe` has set the next alarm; the outage itself is logged
        finally:
            self._is_sending = False

    def _disarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

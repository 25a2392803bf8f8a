"""How long the steps of modules may take, and what is logged while one of them takes long."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, final

import attrs

from hostkit.loops import Backoff, Limit, evenly

if TYPE_CHECKING:
    import logging
    from types import FrameType

    from hostkit.config import Settings
    from hostkit.loops import Cancellable, Clock

FIRST_SECONDS: Final = 5.0
"""After how long a step is mentioned in the log; later, whenever it has taken twice as long."""

LONGEST_SECONDS: Final = 60.0
"""How long the log is silent about a step at most."""

_GRACE_SECONDS: Final = 5.0
_HOSTKIT: Final = f"{Path(__file__).parents[1]}{os.sep}"


@final
@attrs.frozen
class Limits:
    """How long one step of one module may take.

    Attributes:
        start: For ``start``.
        stop: For ``stop``, the end of background loops, and notifications in flight.
        grace: For the end of notifications that were cancelled.
    """

    start: Limit
    stop: Limit
    grace: Limit

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Take the limits of a config file."""
        stop = settings.stop_timeout_seconds
        return cls(
            start=Limit(settings.start_timeout_seconds, stop, "`hostkit: start_timeout:`"),
            stop=Limit(stop, _GRACE_SECONDS, "`hostkit: stop_timeout:`"),
            grace=Limit(_GRACE_SECONDS, 0, "a grace"),
        )


@final
class Reminder:
    """Logs what is still going on, again and again, until it has ended.

    Args:
        what: What it is.
        clock: Measures the time.
        log: Where it is logged.
        awaited: The coroutine that goes on; where it waits is in the log.
    """

    def __init__(self, what: str, clock: Clock, log: logging.Logger, awaited: Any = None) -> None:
        self._log = log
        self._what = what
        self._clock = clock
        self._awaited = awaited
        self._backoff = Backoff(FIRST_SECONDS, LONGEST_SECONDS, evenly)

    def __enter__(self) -> Self:
        self._call: Cancellable = self._clock.call_later(FIRST_SECONDS, self._remind, FIRST_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._call.cancel()

    def _remind(self, passed: float) -> None:
        self._log.warning("%s has not ended after %gs%s", self._what, passed, where(self._awaited))
        delay = self._backoff.next()
        self._call = self._clock.call_later(delay, self._remind, passed + delay)


def where(coroutine: Any) -> str:
    """Say at which line of a module's own file a coroutine waits.

    Args:
        coroutine: The coroutine, which awaits the module's.
    """
    file = place = None
    while coroutine is not None:
        frame: FrameType | None = getattr(coroutine, "cr_frame", None)
        if frame is not None:
            name = frame.f_code.co_filename
            if not name.startswith(_HOSTKIT) and file in {None, name}:
                file = name
                place = f", at {file}:{frame.f_lineno} in {frame.f_code.co_name}"
        coroutine = getattr(coroutine, "cr_await", None)
    return place or ""

"""`FloodGate`: a failure that repeats is written once, and then counted."""

from __future__ import annotations

import copy
import logging
import threading
import time
from typing import TYPE_CHECKING, Final, TypeAlias, final

import attrs

from hostkit.logs import about

if TYPE_CHECKING:
    from collections.abc import Callable

PERIOD_SECONDS: Final = 10.0
"""How often repeated failures are summed up."""

_Key: TypeAlias = tuple[object, ...]


@final
@attrs.define
class _Repeated:
    """A failure that was written, and what came of it since.

    Attributes:
        last: The latest of those that were not written.
        count: How many were not written.
    """

    last: logging.LogRecord
    count: int = 0


def _daemon(seconds: float, function: Callable[[], None]) -> threading.Timer:
    timer = threading.Timer(seconds, function)
    timer.daemon = True
    timer.start()
    return timer


@final
class FloodGate(logging.Filter):
    """Lets the first of equal failures pass, counts the others, and sums them up.

    Failures are equal that are of one module and hook (or loop, page, or listener), with one class
    of exception. Only records that say what they are about (`hostkit.logs.About`) are counted.

    Args:
        write: Writes a record that sums up.
        start_timer: Calls a function after so many seconds.
        seconds: The time now.
    """

    def __init__(
        self,
        write: Callable[[logging.LogRecord], object],
        start_timer: Callable[[float, Callable[[], None]], threading.Timer] = _daemon,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._write = write
        self._start_timer = start_timer
        self._seconds = seconds
        self._lock = threading.Lock()
        self._repeated: dict[_Key, _Repeated] = {}
        self._timer: threading.Timer | None = None
        self._began = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Decide whether a record is written."""
        key = _key(record)
        if key is None:
            return True
        with self._lock:
            known = self._repeated.get(key)
            if known is not None:
                known.last = record
                known.count += 1
                return False
            self._repeated[key] = _Repeated(record)
            if self._timer is None:
                self._wait()
            return True

    def close(self) -> None:
        """Sum up what there is, and stop counting."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        self._sum_up()
        self._repeated.clear()

    def _wait(self) -> None:
        self._began = self._seconds()
        self._timer = self._start_timer(PERIOD_SECONDS, self._tick)

    def _tick(self) -> None:
        self._sum_up()
        with self._lock:
            if self._repeated:
                self._wait()
            else:
                self._timer = None

    def _sum_up(self) -> None:
        """Write how often failures were repeated; those that were not will be written again."""
        with self._lock:
            passed = self._seconds() - self._began
            counted = [known for known in self._repeated.values() if known.count]
            self._repeated = {key: known for key, known in self._repeated.items() if known.count}
            sums = [_sum(known, passed) for known in counted]
            for known in counted:
                known.count = 0
        for record in sums:
            self._write(record)


def _key(record: logging.LogRecord) -> _Key | None:
    what = about(record)
    if what is None or record.levelno < logging.WARNING or hasattr(record, "repeated"):
        return None
    raised = record.exc_info[0] if record.exc_info else None
    return (
        record.name,
        record.levelno,
        record.msg,
        what.hook,
        what.loop,
        what.page,
        what.listener,
        raised,
    )


def _sum(known: _Repeated, passed: float) -> logging.LogRecord:
    record = copy.copy(known.last)
    record.msg = "%d more in %.0f s; the last one: %s"
    record.args = (known.count, passed, known.last.getMessage())
    record.exc_info = record.exc_text = record.stack_info = None
    record.created = time.time()
    record.msecs = record.created % 1 * 1000
    record.repeated = known.count
    return record

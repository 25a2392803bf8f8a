"""A job with given durations, and clocks to begin loops with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, deferLater

from hostkit.background import BackgroundLoop
from hostkit.loops import find_clock


class Panic(BaseException):
    """Such as a Rust extension raises."""


class Job:
    """Records when its runs start; each takes so many seconds, and may then fail.

    Runs after the last duration take no time.
    """

    def __init__(self, clock: Clock, takes: Sequence[float | tuple[float, BaseException]]) -> None:
        self.clock = clock
        self.starts: list[float] = []
        self.running = 0
        self.most = 0
        self._takes = list(takes)

    def __call__(self) -> Deferred[None] | None:
        self.starts.append(self.clock.seconds())
        self.running += 1
        self.most = max(self.most, self.running)
        take = self._takes.pop(0) if self._takes else 0
        seconds, error = take if isinstance(take, tuple) else (take, None)
        if seconds == 0:
            self._end(error)
            return None
        return deferLater(self.clock, seconds, self._end, error)

    def _end(self, error: BaseException | None) -> None:
        self.running -= 1
        if error is not None:
            raise error


def begun(
    function: Callable[[], Any], seconds: float = 1, clock: Clock | None = None
) -> tuple[BackgroundLoop, Clock]:
    """Begin a loop of a module called ``m``."""
    clock = clock or Clock()
    loop = BackgroundLoop("m", "work", seconds, function)
    loop.begin(find_clock(clock))
    return loop, clock


class FakeTime:
    """A clock that calls nothing; the test calls what was scheduled."""

    def __init__(self) -> None:
        self.now = 100.0
        self.scheduled: list[tuple[float, Callable[[], None]]] = []

    def call_later(self, delay: float, function: Callable[[], None]) -> FakeTime:
        self.scheduled.append((self.now + delay, function))
        return self

    def cancel(self) -> None:
        self.scheduled.pop()

    def seconds(self) -> float:
        return self.now

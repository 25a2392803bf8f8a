"""Finds reads that returned something stale, among what processes have logged."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Self

import attrs

RIGHT_WITHIN_SECONDS = 2.0
"""How long after an invalidation, or after a repair, a read may return what was there before."""


@attrs.frozen
class Event:
    """Something that a process has logged.

    Attributes:
        at: When, in seconds of a clock that all processes of a machine have in common.
        key: The key.
        version: The version that was read, or whose invalidation was acknowledged.
    """

    at: float
    key: int
    version: int


@attrs.frozen
class Fault:
    """A time in which something was broken.

    Attributes:
        began: Its beginning.
        repaired: Its end.
    """

    began: float
    repaired: float

    def excuses(self, at: float) -> bool:
        """Whether a read at that time may be stale."""
        return self.began <= at <= self.repaired + RIGHT_WITHIN_SECONDS


@attrs.frozen
class Log:
    """What processes have logged.

    Attributes:
        reads: Their reads, each with the time at which it began.
        acknowledged: The invalidations that were acknowledged.
    """

    reads: Sequence[Event]
    acknowledged: Sequence[Event]

    @classmethod
    def parse(cls, lines: Iterable[str]) -> Self:
        """Read lines; one that was cut off, with its process, is left out."""
        found: dict[str, list[Event]] = {"read": [], "acknowledged": []}
        for line in lines:
            kind, *values = line.split()
            if len(values) == 3 and line.endswith("\n"):
                found[kind].append(Event(float(values[0]), int(values[1]), int(values[2])))
        return cls(found["read"], found["acknowledged"])

    def checked(self, faults: Sequence[Fault]) -> list[Event]:
        """The reads that must not be stale."""
        return [each for each in self.reads if not any(f.excuses(each.at) for f in faults)]

    def stale(self, faults: Sequence[Fault]) -> list[Event]:
        """Those of them that are."""
        highest = self._highest()
        return [each for each in self.checked(faults) if each.version < _least(highest, each)]

    def _highest(self) -> dict[int, tuple[list[float], list[int]]]:
        """For each key when a version was acknowledged that is higher than all before."""
        found: dict[int, tuple[list[float], list[int]]] = defaultdict(lambda: ([], []))
        for each in sorted(self.acknowledged, key=lambda event: event.at):
            times, versions = found[each.key]
            if not versions or each.version > versions[-1]:
                times.append(each.at)
                versions.append(each.version)
        return found


def _least(highest: dict[int, tuple[list[float], list[int]]], read: Event) -> int:
    times, versions = highest.get(read.key, ([], []))
    at = bisect.bisect_right(times, read.at - RIGHT_WITHIN_SECONDS)
    return versions[at - 1] if at else 0

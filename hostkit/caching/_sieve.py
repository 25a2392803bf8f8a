"""`Sieve`: the results that a cache keeps, and which of them it drops when there are too many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar, final

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

T = TypeVar("T")


@final
class CacheEntry(Generic[T]):
    """A cached result.

    Attributes:
        key: The key of the result.
        value: The result.
        until: When it expires, in seconds of the cache's clock; read only if results expire.
        seen: Whether it was a hit since the hand has passed it.
        older: The entry that was stored before it.
        newer: The entry that was stored after it.
    """

    # Not by attrs, whose constructors set all attributes once more when an entry is used again.
    __slots__ = ("key", "newer", "older", "seen", "until", "value")

    key: Hashable
    value: T
    until: float
    seen: bool
    older: CacheEntry[T] | None
    newer: CacheEntry[T] | None


@final
class Sieve(Generic[T]):
    """Results by key, of which those are dropped first that were not hits for a while.

    They stand in the order in which they were stored, and a hand moves from the oldest to the
    newest one. When there are too many, it passes those that were hits since it has passed them
    last, and drops the next one. So a hit only sets a flag, and a key that is asked for once does
    not displace one that is asked for often (Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024).

    Args:
        most: How many results are kept.

    Attributes:
        known: The results by key. The generated function looks here first.
        dropped: How many results were dropped for others.
    """

    def __init__(self, most: int) -> None:
        self.known: Final[dict[Hashable, CacheEntry[T]]] = {}
        self.dropped = 0
        self._most = most
        self._oldest: CacheEntry[T] | None = None
        self._newest: CacheEntry[T] | None = None
        self._hand: CacheEntry[T] | None = None  # `None`: at the oldest one

    def __iter__(self) -> Iterator[CacheEntry[T]]:
        """Yield the entries, the oldest first."""
        entry = self._oldest
        while entry is not None:
            yield entry
            entry = entry.newer

    def store(self, key: Hashable, value: T, until: float) -> None:
        """Keep a result; drop another one if there are too many.

        Args:
            key: Its key, for which there is no result.
            value: The result.
            until: When it expires.
        """
        # What is dropped is used again, which takes less time than a new entry.
        entry = CacheEntry[T]() if len(self.known) < self._most else self._make_room()
        entry.key = key
        entry.value = value
        entry.until = until
        entry.seen = False
        entry.newer = None
        entry.older = newest = self._newest
        if newest is None:
            self._oldest = entry
        else:
            newest.newer = entry
        self._newest = entry
        self.known[key] = entry

    def drop(self, key: Hashable) -> None:
        """Drop the result for a key, if there is one."""
        entry = self.known.pop(key, None)
        if entry is not None:
            self._unlink(entry)

    def clear(self) -> None:
        """Drop all results."""
        self.known.clear()
        entry, self._oldest = self._oldest, None
        self._newest = self._hand = None
        while entry is not None:  # no cycles are left for the garbage collector
            entry.older, entry.newer, entry = None, None, entry.newer

    def _make_room(self) -> CacheEntry[T]:
        entry = self._hand or self._oldest
        assert entry is not None  # noqa: S101
        while entry.seen:
            entry.seen = False
            entry = entry.newer or self._oldest
            assert entry is not None  # noqa: S101
        self._hand = entry
        self._unlink(entry)
        del self.known[entry.key]
        self.dropped += 1
        return entry

    def _unlink(self, entry: CacheEntry[T]) -> None:
        older, newer = entry.older, entry.newer
        if older is None:
            self._oldest = newer
        else:
            older.newer = newer
        if newer is None:
            self._newest = older
        else:
            newer.older = older
        if self._hand is entry:
            self._hand = newer

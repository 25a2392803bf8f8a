"""`Cache`: results and in-flight computations of one cached method, per instance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast, final

import attrs

from hostkit.caching._computation import RETRY, Computation
from hostkit.caching._sieve import Sieve

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from types import CoroutineType

    from hostkit.caching._keys import KeyParameters
    from hostkit.caching._sieve import CacheEntry

T = TypeVar("T")


@final
@attrs.frozen
class CacheInfo:
    """What a cache holds, and what has become of calls.

    Attributes:
        entries: How many results it holds.
        max_entries: How many it may hold.
        misses: How many calls have computed a result, or failed to.
        evictions: How many results were dropped for others.
        hits: How many calls have found a result, while that was counted; `None` if it never was.
    """

    entries: int
    max_entries: int
    misses: int
    evictions: int
    hits: int | None


@final
class Cache(Generic[T]):
    """Results and in-flight computations of one cached method, per instance.

    Args:
        method: The method, without its cache.
        parameters: Its parameters.
        max_entries: How many results are kept.
        ttl_seconds: How long a result is kept; `None` keeps it until there are too many.
        clock: Reads monotonic seconds; it is called only if there is a ``ttl_seconds``.

    Attributes:
        results: The results.
        computations: Those in flight, by key.
        hits: How many calls have found a result, while that is counted.
        switch: Has the generated function count hits, or not.
    """

    switch: Callable[[bool], None]

    def __init__(
        self,
        method: Callable[..., CoroutineType[Any, Any, T]],
        parameters: KeyParameters,
        *,
        max_entries: int,
        ttl_seconds: float | None,
        clock: Callable[[], float],
    ) -> None:
        self._method = method
        self.results: Final[Sieve[T]] = Sieve(max_entries)
        self.computations: Final[dict[Hashable, Computation[T]]] = {}
        self._clock = clock
        self.hits = 0
        self._are_hits_known = False
        self._misses = 0
        self._parameters = parameters
        self._max_entries = max_entries
        self._ttl_seconds = ttl_seconds

    async def find(self, key: Hashable, /, *args: Any, **kwargs: Any) -> T:
        """Compute a result that is not cached, or wait for the computation that is in flight.

        Args:
            key: The key.
            *args: The arguments to call the method with.
            **kwargs: Those that can only be passed by name.

        Returns:
            The result.
        """
        while (computation := self.computations.get(key)) is not None:
            value = await computation.join()
            if value is not RETRY:
                return cast("T", value)
            entry = self._recall(key)  # another may have tried again already
            if entry is not None:
                return entry.value
        self._misses += 1
        computation = self.computations[key] = Computation(self._method(*args, **kwargs))
        try:
            value = await computation.coroutine
        except BaseException as error:
            if self.computations.get(key) is computation:
                del self.computations[key]
            computation.fail(error)
            raise
        # In `finally`, since the others would wait forever if storing fails.
        try:
            if self.computations.get(key) is computation:  # otherwise it was invalidated
                del self.computations[key]
                seconds = self._ttl_seconds
                until = math.inf if seconds is None else self._clock() + seconds
                self.results.store(key, value, until)
        finally:
            if computation.waiting:
                computation.complete(value)
        return value

    def _recall(self, key: Hashable) -> CacheEntry[T] | None:
        entry = self.results.known.get(key)
        if entry is None or self._ttl_seconds is None or self._clock() < entry.until:
            return entry
        self.results.drop(key)
        return None

    def check_hash(self, key: Any) -> None:
        """See `KeyParameters.check_hash`."""
        self._parameters.check_hash(key)

    def invalidate(self, key: tuple[Any, ...]) -> None:
        """See `CachedFunction.invalidate`."""
        named = self._parameters.prefix_of(key)
        if named is None:
            self.drop(self._parameters.key_of(key))
            return
        for each in {*self.results.known, *self.computations}:
            if self._parameters.named_part(each) == named:
                self.drop(each)

    def invalidate_all(self) -> None:
        """See `CachedFunction.invalidate_all`."""
        self.results.clear()
        self.computations.clear()

    def drop(self, key: Hashable) -> None:
        """Drop the result for a key, and forget the computation that is in flight for it.

        A result is stored only by a computation that is still known, so a stale one can neither
        be stored later nor be joined.
        """
        self.results.drop(key)
        self.computations.pop(key, None)

    def count_hits(self, *, on: bool = True) -> None:
        """See `CachedFunction.count_hits`."""
        self._are_hits_known = self._are_hits_known or on
        self.switch(on)

    def info(self) -> CacheInfo:
        """See `CachedFunction.info`."""
        return CacheInfo(
            len(self.results.known),
            self._max_entries,
            self._misses,
            self.results.dropped,
            self.hits if self._are_hits_known else None,
        )

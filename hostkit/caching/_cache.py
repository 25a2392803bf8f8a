"""`Cache`: the results of one method of one instance."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast, final

from hostkit.caching._computation import Computation
from hostkit.caching._entry import Entry
from hostkit.caching._outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from types import CoroutineType

    from hostkit.caching._arguments import Arguments
    from hostkit.caching._options import Options

T = TypeVar("T")

AGAIN: Final = object()
"""Says that who computed was cancelled, so that one of those who waited has to do it."""


@final
class Cache(Generic[T]):
    """What one method of one instance has computed, and what is being computed.

    Args:
        method: The method, without its cache.
        arguments: What it takes.
        options: How it is cached.

    Attributes:
        known: The results by key. The code that `write_binder` writes looks here first.
        order: The same, the least recently used first.
    """

    def __init__(
        self,
        method: Callable[..., CoroutineType[Any, Any, T]],
        arguments: Arguments,
        options: Options,
    ) -> None:
        self.known: Final[dict[Hashable, Entry[T]]] = {}
        self.order: Final[OrderedDict[Entry[T], None]] = OrderedDict()
        self._method = method
        self._arguments = arguments
        self._options = options
        self._computations: dict[Hashable, Computation[T]] = {}

    async def compute(self, key: Hashable, /, *args: Any, **kwargs: Any) -> T | object:
        """Compute what has no entry, or wait for who does it already.

        Args:
            key: The key.
            *args: The arguments to call the method with.
            **kwargs: Those that can only be passed by name.

        Returns:
            The result; or `AGAIN`.
        """
        computation = self._computations.get(key)
        if computation is None:
            outcome = await self._lead(key, Computation(self._method(*args, **kwargs)))
        else:
            outcome = await computation.join()
            if outcome.is_abandoned:
                return AGAIN
        try:
            return outcome.take()
        finally:
            del outcome  # an exception's traceback keeps this frame

    def check_hash(self, key: Any) -> None:
        """See `Arguments.check_hash`."""
        self._arguments.check_hash(key)

    def invalidate(self, key: tuple[Any, ...]) -> None:
        """See `CachedFunction.invalidate`."""
        self.drop(self._arguments.key_of(key))

    def invalidate_all(self) -> None:
        """See `CachedFunction.invalidate_all`."""
        self.known.clear()
        self.order.clear()
        self._computations.clear()

    def drop(self, key: Hashable) -> None:
        """Forget what is known for a key, and what is being computed for it."""
        entry = self.known.pop(key, None)
        if entry is not None:
            del self.order[entry]
        self._computations.pop(key, None)

    async def _lead(self, key: Hashable, computation: Computation[T]) -> Outcome[T]:
        self._computations[key] = computation
        try:
            outcome = Outcome(await computation.coroutine)
        except BaseException as error:  # noqa: BLE001 -- raised when the outcome is taken
            outcome = Outcome.of_error(error)
        # Once it is invalidated it is no longer there, and nobody else can join it.
        try:
            if self._computations.get(key) is computation:
                del self._computations[key]
                if outcome.error is None:
                    self._store(key, cast("T", outcome.value))
            return outcome
        finally:
            computation.tell(outcome)
            del outcome  # as in `compute`

    def _store(self, key: Hashable, value: T) -> None:
        seconds = self._options.ttl_seconds
        until = math.inf if seconds is None else self._options.clock() + seconds
        entry = self.known[key] = Entry(key, value, until)
        self.order[entry] = None
        if len(self.order) > self._options.max_entries:
            oldest, _ = self.order.popitem(last=False)
            del self.known[oldest.key]

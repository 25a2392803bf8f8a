"""`Cache`: results and in-flight computations of one cached method, per instance."""

from __future__ import annotations

import asyncio
import inspect
import math
import sys
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast, final

import attrs
from twisted.internet.defer import CancelledError, Deferred

from hostkit.loops import current_task, is_callers, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from types import CoroutineType, FrameType, TracebackType

    from hostkit.caching._keys import KeyParameters

T = TypeVar("T")

RETRY: Final = object()
"""Returned to a caller that waited for a computation whose own caller was cancelled."""

_CAN_AWAIT: Final = (
    inspect.CO_COROUTINE
    | inspect.CO_ITERABLE_COROUTINE
    | inspect.CO_ASYNC_GENERATOR
    | inspect.CO_GENERATOR
)


@final
@attrs.define(eq=False)  # frozen ones take much longer to make
class CacheEntry(Generic[T]):
    """A cached result. It hashes by identity, which takes no time.

    Attributes:
        key: The key of the result.
        value: The result.
        until: When it expires, in seconds of the cache's clock; read only if results expire.
    """

    key: Hashable
    value: T
    until: float


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
        known: The results by key. The generated function looks here first.
        order: The same, the least recently used first.
        clock: The clock.
    """

    def __init__(
        self,
        method: Callable[..., CoroutineType[Any, Any, T]],
        parameters: KeyParameters,
        *,
        max_entries: int,
        ttl_seconds: float | None,
        clock: Callable[[], float],
    ) -> None:
        # Not one OrderedDict by key, whose `move_to_end` would hash the key a second time.
        self.known: Final[dict[Hashable, CacheEntry[T]]] = {}
        self.order: Final[OrderedDict[CacheEntry[T], None]] = OrderedDict()
        self.clock: Final = clock
        self._method = method
        self._parameters = parameters
        self._max_entries = max_entries
        self._ttl_seconds = ttl_seconds
        self._computations: dict[Hashable, _Computation[T]] = {}

    async def compute(self, key: Hashable, /, *args: Any, **kwargs: Any) -> T | object:
        """Compute a result that is not cached, or wait for the computation that is in flight.

        The call that asks first computes, not a task of its own. So the method sees that call's
        context variables, `current_module` is right, and a cancelled request stops the work that
        was done for it.

        Args:
            key: The key.
            *args: The arguments to call the method with.
            **kwargs: Those that can only be passed by name.

        Returns:
            The result; or `RETRY`.
        """
        computation = self._computations.get(key)
        if computation is None:
            completion = await self._lead(key, _Computation(self._method(*args, **kwargs)))
        else:
            completion = await computation.join()
            if completion.is_abandoned:
                return RETRY
        try:
            return completion.take()
        finally:
            del completion  # an exception's traceback keeps this frame

    def check_hash(self, key: Any) -> None:
        """See `KeyParameters.check_hash`."""
        self._parameters.check_hash(key)

    def invalidate(self, key: tuple[Any, ...]) -> None:
        """See `CachedFunction.invalidate`."""
        named = self._parameters.prefix_of(key)
        if named is None:
            self.drop(self._parameters.key_of(key))
            return
        for each in {*self.known, *self._computations}:
            if self._parameters.named_part(each) == named:
                self.drop(each)

    def invalidate_all(self) -> None:
        """See `CachedFunction.invalidate_all`."""
        self.known.clear()
        self.order.clear()
        self._computations.clear()

    def drop(self, key: Hashable) -> None:
        """Drop the result for a key, and forget the computation that is in flight for it.

        A result is stored only by a computation that is still known, so a stale one can neither
        be stored later nor be joined.
        """
        entry = self.known.pop(key, None)
        if entry is not None:
            del self.order[entry]
        self._computations.pop(key, None)

    async def _lead(self, key: Hashable, computation: _Computation[T]) -> _Completion[T]:
        self._computations[key] = computation
        try:
            completion = _Completion(await computation.coroutine)
        except BaseException as error:  # noqa: BLE001 -- raised when the completion is taken
            abandoned = _concerns_only_its_caller(error, sys._getframe())  # noqa: SLF001
            completion = _Completion(None, error, error.__traceback__, abandoned)
        # In `finally`, since the others would wait forever if storing fails.
        try:
            if self._computations.get(key) is computation:
                del self._computations[key]
                if completion.error is None:
                    self._store(key, cast("T", completion.value))
            return completion
        finally:
            computation.complete(completion)
            del completion  # as in `compute`

    def _store(self, key: Hashable, value: T) -> None:
        seconds = self._ttl_seconds
        until = math.inf if seconds is None else self.clock() + seconds
        entry = self.known[key] = CacheEntry(key, value, until)
        self.order[entry] = None
        if len(self.order) > self._max_entries:
            oldest, _ = self.order.popitem(last=False)
            del self.known[oldest.key]


@final
class _Computation(Generic[T]):
    """One call of the method below the cache, and those that wait for its completion.

    It runs as part of the call that asked first. Each of the others waits for a Deferred of its
    own, so that one can be cancelled without the others, under asyncio and under Twisted.

    Args:
        coroutine: The call, not yet started.

    Attributes:
        coroutine: The same.
    """

    def __init__(self, coroutine: CoroutineType[Any, Any, T]) -> None:
        self.coroutine: Final = coroutine
        # In order of arrival, which is the order in which they wake.
        self._waiting: dict[Deferred[_Completion[T]], None] = {}

    async def join(self) -> _Completion[T]:
        """Wait until another call has completed it.

        Raises:
            RuntimeError: The computation itself is waiting here.
        """
        # `_getframe` is the documented way to the frame of a caller.
        if _awaits(self.coroutine.cr_frame, sys._getframe()):  # noqa: SLF001
            raise RuntimeError(
                f"{self.coroutine.__qualname__} awaits itself with the same key, and would wait "
                "forever; move the code that both need into a method that is not cached"
            )
        waiting: Deferred[_Completion[T]] = Deferred()
        self._waiting[waiting] = None
        try:
            completion: _Completion[T] = await settle(waiting)
        finally:
            self._waiting.pop(waiting, None)
        return completion.for_others(self.coroutine.__qualname__)

    def complete(self, completion: _Completion[T]) -> None:
        """Give the completion to all that wait."""
        # A copy, since each of them leaves as it wakes, and may cancel others.
        for waiting in tuple(self._waiting):
            waiting.callback(completion)


@final
@attrs.frozen
class _Completion(Generic[T]):
    """A result, or the exception that was raised instead.

    Attributes:
        value: The result.
        error: The exception.
        traceback: The exception's traceback when it was caught.
        is_abandoned: Whether the exception only concerns the call that computed, such as its
            cancellation. Then others try again.
    """

    value: T | None = None
    error: BaseException | None = None
    traceback: TracebackType | None = None
    is_abandoned: bool = False

    def for_others(self, method: str) -> _Completion[T]:
        """The completion for a call that has only waited.

        A computation's own cancellation would look like a cancellation of that call, and end its
        task without a trace. So it becomes an ordinary exception.
        """
        is_cancellation = isinstance(self.error, CancelledError | asyncio.CancelledError)
        if self.is_abandoned or not is_cancellation:
            return self
        error = RuntimeError(
            f"{method} awaited something that was cancelled, although its caller was not"
        )
        error.__cause__ = self.error
        return _Completion(error=error)

    def take(self) -> T:
        """Return the result, or raise; a shared exception gets no further lines of traceback."""
        try:
            if self.error is not None:
                raise self.error.with_traceback(self.traceback)
            return cast("T", self.value)
        finally:
            del self  # the traceback keeps this frame


@final
@attrs.frozen
class _Twisted:
    """Owns coroutines that Twisted drives, whose cancellation cannot be attributed."""

    is_cancelled: bool = True


def _concerns_only_its_caller(error: BaseException, frame: FrameType) -> bool:
    """Whether an exception ended a computation because of the call that ran it.

    Args:
        error: The exception.
        frame: The frame that has caught it.
    """
    task = current_task()
    # Twisted may drive a coroutine within a step of a task, which is not the one to ask then.
    in_task = task is not None and _awaits(getattr(task.get_coro(), "cr_frame", None), frame)
    return is_callers(error, None if in_task else _Twisted())


def _awaits(awaiting: FrameType | None, frame: FrameType | None) -> bool:
    """Whether there are only awaits between a frame and one that it has led to.

    Code that runs because of it, such as a coroutine that waited for a Deferred it fires, has a
    function in between.
    """
    while frame is not None and frame.f_code.co_flags & _CAN_AWAIT:
        if frame is awaiting:
            return True
        frame = frame.f_back
    return False

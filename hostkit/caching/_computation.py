"""`Computation`: one call of the method below a cache, and the calls that wait for it."""

from __future__ import annotations

import asyncio
import inspect
import sys
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast, final

import attrs
from twisted.internet.defer import CancelledError, Deferred

from hostkit.loops import current_task, is_callers, settle

if TYPE_CHECKING:
    from types import CoroutineType, FrameType, TracebackType

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
class Computation(Generic[T]):
    """One call of the method below the cache, and those that wait for its completion.

    It runs as part of the call that asked first, not as a task of its own. So the method sees that
    call's context variables, `current_module` is right, and a cancelled request stops the work that
    was done for it. Each of the others waits for a Deferred of its own, so that one can be
    cancelled without the others, under asyncio and under Twisted.

    Args:
        coroutine: The call, not yet started.

    Attributes:
        coroutine: As in the arguments.
        waiting: What the others wait for, in order of arrival, which is that in which they wake.
    """

    __slots__ = ("coroutine", "waiting")

    def __init__(self, coroutine: CoroutineType[Any, Any, T]) -> None:
        self.coroutine = coroutine
        self.waiting: dict[Deferred[_Completion[T]], None] | None = None

    async def join(self) -> T | object:
        """Wait until the other call has completed it.

        Returns:
            The result; or `RETRY`.

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
        if self.waiting is None:
            self.waiting = {}
        self.waiting[waiting] = None
        try:
            completion: _Completion[T] = await settle(waiting)
        finally:
            self.waiting.pop(waiting, None)
        try:
            return completion.take(self.coroutine.__qualname__)
        finally:
            del completion  # an exception's traceback keeps this frame

    def complete(self, value: T) -> None:
        """Give the result to all that wait."""
        self._wake(_Completion(value))

    def fail(self, error: BaseException) -> None:
        """Give an exception to all that wait, or have them try again.

        Args:
            error: What the call raised; this is called by the function that has caught it.
        """
        if self.waiting:
            frame = sys._getframe(1)  # noqa: SLF001 -- as in `join`
            abandoned = _concerns_only_its_caller(error, frame)
            self._wake(_Completion(None, error, error.__traceback__, abandoned))

    def _wake(self, completion: _Completion[T]) -> None:
        # A copy, since each of them leaves as it wakes, and may cancel others.
        for waiting in tuple(self.waiting or ()):
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

    def take(self, method: str) -> T | object:
        """Return the result, or `RETRY`, to a call that has only waited; or raise.

        A computation's own cancellation would look like a cancellation of that call, and end its
        task without a trace. So it becomes an ordinary exception. A shared exception gets no
        further lines of traceback.
        """
        try:
            if self.error is None:
                return cast("T", self.value)
            if self.is_abandoned:
                return RETRY
            if not isinstance(self.error, CancelledError | asyncio.CancelledError):
                raise self.error.with_traceback(self.traceback)
            raise RuntimeError(
                f"{method} awaited something that was cancelled, although its caller was not"
            ) from self.error
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

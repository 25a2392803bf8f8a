"""`Computation`: one call of the method below the cache, and who waits for it."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, final

from twisted.internet.defer import Deferred

from hostkit.loops import settle

if TYPE_CHECKING:
    from types import CoroutineType, FrameType

    from hostkit.caching._outcome import Outcome

T = TypeVar("T")

_CAN_AWAIT: Final = (
    inspect.CO_COROUTINE
    | inspect.CO_ITERABLE_COROUTINE
    | inspect.CO_ASYNC_GENERATOR
    | inspect.CO_GENERATOR
)


@final
class Computation(Generic[T]):
    """A computation that others can wait for, each in its own world.

    It is done by who asked first, as part of that call. Each of the others waits for a Deferred
    of its own, so that one can be cancelled without the others.

    Args:
        coroutine: The call, not yet begun.

    Attributes:
        coroutine: The same.
    """

    def __init__(self, coroutine: CoroutineType[Any, Any, T]) -> None:
        self.coroutine: Final = coroutine
        self._waiting: dict[Deferred[Outcome[T]], None] = {}

    async def join(self) -> Outcome[T]:
        """Wait until somebody else has done it.

        Raises:
            RuntimeError: It is itself what waits here.
        """
        if _awaits_this(self.coroutine.cr_frame):
            raise RuntimeError(
                f"{self.coroutine.__qualname__} awaits itself with the same key, and would wait "
                "forever; move what both need into a method that is not cached"
            )
        waiting: Deferred[Outcome[T]] = Deferred()
        self._waiting[waiting] = None
        try:
            outcome: Outcome[T] = await settle(waiting)
        finally:
            self._waiting.pop(waiting, None)
        return outcome

    def tell(self, outcome: Outcome[T]) -> None:
        """Tell all who wait."""
        for waiting in tuple(self._waiting):
            waiting.callback(outcome)


def _awaits_this(awaiting: FrameType | None) -> bool:
    """Say whether there are only awaits between a frame and what is running.

    Others that run because of it, such as those that waited for a Deferred it fires, have a
    function in between.
    """
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- the documented way to a caller
    while frame is not None and frame.f_code.co_flags & _CAN_AWAIT:
        if frame is awaiting:
            return True
        frame = frame.f_back
    return False

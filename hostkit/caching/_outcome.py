"""`Outcome`: what a computation has come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, final

import attrs
from twisted.internet.defer import CancelledError

if TYPE_CHECKING:
    from types import TracebackType

T = TypeVar("T")


@final
@attrs.frozen
class Outcome(Generic[T]):
    """A result, or what was raised instead.

    Attributes:
        value: The result.
        error: What was raised.
        traceback: Where.
    """

    value: T | None = None
    error: BaseException | None = None
    traceback: TracebackType | None = None

    @classmethod
    def of_error(cls, error: BaseException) -> Outcome[Any]:
        """Keep what was raised, with the traceback as it is now."""
        return cls(error=error, traceback=error.__traceback__)

    @property
    def is_abandoned(self) -> bool:
        """Whether it only tells of who computed, such as that it was cancelled.

        Then it is nothing for others.
        """
        return self.error is not None and (
            not isinstance(self.error, Exception) or isinstance(self.error, CancelledError)
        )

    def take(self) -> T:
        """Return the result, or raise; who shares a failure adds no lines to its traceback."""
        try:
            if self.error is not None:
                raise self.error.with_traceback(self.traceback)
            return cast("T", self.value)
        finally:
            del self  # the traceback keeps this frame

"""`Trace`: what came of a call, with its receipt."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Generic, cast, final

import attrs

from hostkit.dispatch._kept import describe

if TYPE_CHECKING:
    from collections.abc import Callable

    # Type checkers know it without an installed package; `default=` is new in Python 3.13.
    from typing_extensions import TypeVar

    from hostkit.dispatch._receipts import Outcome, Receipt, Step

    T_co = TypeVar("T_co", covariant=True, default=Any)
else:
    from typing import TypeVar

    T_co = TypeVar("T_co", covariant=True)


@final
@attrs.frozen(slots=False)
class Trace(Generic[T_co]):
    """One call, its result and its receipt.

    Attributes:
        outcome: What came of the call.
        result: What the hook returned; `None` if it raised.
        error: What it raised instead.
    """

    outcome: Outcome
    _write: Callable[[], Receipt] = attrs.field(repr=False)
    result: T_co | None = attrs.field(default=None, repr=describe)
    error: BaseException | None = attrs.field(default=None, repr=describe)

    def get(self) -> T_co:
        """Give the result, as a plain call of the hook does.

        Raises:
            Exception: What the hook raised instead.
        """
        if self.error is not None:
            raise self.error
        return cast("T_co", self.result)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What each module did, in the order of the chain."""
        return self.receipt.steps

    @functools.cached_property
    def receipt(self) -> Receipt:
        """The record of the call, whatever came of it; it is written when it is read."""
        return self._write()

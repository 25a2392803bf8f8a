"""`Timing`: how long a module takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Hashable


@final
@attrs.frozen
class Timing:
    """How long one module took in one hook, over all calls that were measured.

    Attributes:
        hook: The hook's full name, ``category.hook``.
        module: The module's name.
        count: How many times its callback was measured.
        seconds: How long it took, all in all.
        key: Which calls its callback is for, if the hook is keyed.
    """

    hook: str
    module: str
    count: int
    seconds: float
    key: Hashable = None

    @property
    def mean_seconds(self) -> float | None:
        """How long it took on average; `None` if nothing was measured."""
        return self.seconds / self.count if self.count else None

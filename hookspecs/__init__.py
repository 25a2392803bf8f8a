"""The categories of a Matrix homeserver's module API, as hostkit hookspecs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hostkit import Category

CATEGORIES: Final[tuple[type[Category], ...]] = ()
"""All categories of the homeserver, in the order of its documentation; none is written yet."""

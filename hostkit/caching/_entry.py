"""`Entry`: one result in a cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Hashable

T = TypeVar("T")


@final
@attrs.define(eq=False)  # frozen ones take much longer to make
class Entry(Generic[T]):
    """A result. Its own hash is that of an object, which takes no time.

    Attributes:
        key: Where it is found.
        value: The result.
        until: When it expires, in seconds of the cache's clock; read only if results do.
    """

    key: Hashable
    value: T
    until: float

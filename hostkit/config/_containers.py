"""Which types hold other values, and as what they are made."""

from __future__ import annotations

import types
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final, Union

LISTS: Final[dict[Any, Any]] = {
    list: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    Sequence: tuple,
    MutableSequence: list,
    AbstractSet: frozenset,
}
"""Types that are written as lists, each with what is made of one."""

MAPPINGS: Final = frozenset({dict, Mapping, MutableMapping})
"""Types that are written as mappings with any keys."""

UNIONS: Final = frozenset({Union, types.UnionType})
"""What `typing.get_origin` gives for a union, in either form."""

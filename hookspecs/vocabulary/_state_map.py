"""`StateMap`: the state of a room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, TypeVar

_T = TypeVar("_T")

StateMap: TypeAlias = Mapping[tuple[str, str], _T]
"""What a room's state has for each pair of event type and state key: ``StateMap[Event]``."""

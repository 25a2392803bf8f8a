"""JSON objects, as Python has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

JsonDict: TypeAlias = dict[str, Any]
"""A JSON object."""

JsonMapping: TypeAlias = Mapping[str, Any]
"""A JSON object that is only read."""

from __future__ import annotations

from .worlds import world

__all__ = ["world"]

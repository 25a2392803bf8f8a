from __future__ import annotations

from .drivers import driver

__all__ = ["driver"]

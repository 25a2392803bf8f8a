"""The life of a host: build, start, stop."""

from hostkit.host._check import build_from_file
from hostkit.host._host import Host, UnknownHookError

__all__ = ["Host", "UnknownHookError", "build_from_file"]

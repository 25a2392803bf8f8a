"""The life of a host: build, start, reload, stop."""

from hostkit.host._host import Host, HostOptions, build_from_file
from hostkit.host._reloaded import Reloaded
from hostkit.host._state import UnknownHookError

__all__ = ["Host", "HostOptions", "Reloaded", "UnknownHookError", "build_from_file"]

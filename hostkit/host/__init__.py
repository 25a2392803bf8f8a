"""The life of a host: build, start, reload, stop."""

from hostkit.host._check import build_from_file
from hostkit.host._host import Host
from hostkit.host._options import HostOptions
from hostkit.host._unknown_hook import UnknownHookError

__all__ = ["Host", "HostOptions", "UnknownHookError", "build_from_file"]

"""The life of a host: build, start, reload, stop."""

from hostkit.host._asking import UnknownHookError, WrongArgumentsError
from hostkit.host._host import Host, HostOptions, build_from_file

__all__ = ["Host", "HostOptions", "UnknownHookError", "WrongArgumentsError", "build_from_file"]

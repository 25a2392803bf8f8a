"""The life of a host: build, start, reload, stop."""

from hostkit.host._advice import advise
from hostkit.host._asking import UnknownHookError, WrongArgumentsError
from hostkit.host._changes import Changes, compare
from hostkit.host._failed_start import log_failed_module
from hostkit.host._from_file import build_from_file, check_configs
from hostkit.host._given import HostOptions
from hostkit.host._host import Host
from hostkit.host._missing import MissingModule
from hostkit.host._reloaded import Companion, Reloaded
from hostkit.host._watching import watch_hosts

__all__ = [
    "Changes",
    "Companion",
    "Host",
    "HostOptions",
    "MissingModule",
    "Reloaded",
    "UnknownHookError",
    "WrongArgumentsError",
    "advise",
    "build_from_file",
    "check_configs",
    "compare",
    "log_failed_module",
    "watch_hosts",
]

"""hostkit gives any Python server a module system.

An ordered list of modules in one file; each hook has one declared rule; the first denial ends the
operation; and you can always find out which module decided, and why.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hostkit._version import __version__

if TYPE_CHECKING:
    from hostkit import errors, rules
    from hostkit.api import ModuleApi
    from hostkit.background import BackgroundLoop
    from hostkit.caching import CachedFunction, cached
    from hostkit.config import Bytes, Seconds
    from hostkit.dispatch import Outcome, Receipt, Receipts, Step, Timing, current_module, keys_of
    from hostkit.errors import (
        ConfigError,
        ConfigErrors,
        HookTimeoutError,
        HostkitError,
        ModuleFailedError,
        RegistrationError,
        SpecError,
    )
    from hostkit.host import Host
    from hostkit.loading import Module
    from hostkit.loops import enter, start_entry
    from hostkit.rules import ALLOW, CONTINUE, Decision, Deny
    from hostkit.specs import Category, Hookspec, Keyed, hookimpl, hookspec

_HOMES = {
    "ALLOW": "rules",
    "BackgroundLoop": "background",
    "Bytes": "config",
    "CONTINUE": "rules",
    "CachedFunction": "caching",
    "Category": "specs",
    "ConfigError": "errors",
    "ConfigErrors": "errors",
    "Decision": "rules",
    "Deny": "rules",
    "HookTimeoutError": "errors",
    "Hookspec": "specs",
    "Host": "host",
    "HostkitError": "errors",
    "Keyed": "specs",
    "Module": "loading",
    "ModuleApi": "api",
    "ModuleFailedError": "errors",
    "Outcome": "dispatch",
    "Receipt": "dispatch",
    "Receipts": "dispatch",
    "RegistrationError": "errors",
    "Seconds": "config",
    "SpecError": "errors",
    "Step": "dispatch",
    "Timing": "dispatch",
    "cached": "caching",
    "current_module": "dispatch",
    "enter": "loops",
    "hookimpl": "specs",
    "hookspec": "specs",
    "keys_of": "dispatch",
    "start_entry": "loops",
}

__all__ = [
    "ALLOW",
    "CONTINUE",
    "BackgroundLoop",
    "Bytes",
    "CachedFunction",
    "Category",
    "ConfigError",
    "ConfigErrors",
    "Decision",
    "Deny",
    "HookTimeoutError",
    "Hookspec",
    "Host",
    "HostkitError",
    "Keyed",
    "Module",
    "ModuleApi",
    "ModuleFailedError",
    "Outcome",
    "Receipt",
    "Receipts",
    "RegistrationError",
    "Seconds",
    "SpecError",
    "Step",
    "Timing",
    "__version__",
    "cached",
    "current_module",
    "enter",
    "errors",
    "hookimpl",
    "hookspec",
    "keys_of",
    "rules",
    "start_entry",
]


def __getattr__(name: str) -> Any:
    # Importing everything at once would make every command wait for Twisted, even `--help`.
    if name in ("errors", "rules"):
        return importlib.import_module(f"hostkit.{name}")
    if name in _HOMES:
        return getattr(importlib.import_module(f"hostkit.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'hostkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__

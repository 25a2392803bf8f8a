"""hostkit gives any Python server a module system.

An ordered list of modules in one file; each hook has one declared rule; the first denial ends the
operation; and you can always find out which module decided, and why.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hostkit._version import __version__ as __version__

if TYPE_CHECKING:
    from hostkit._public import *  # noqa: F403 -- the one list of names
else:
    # Type checkers would take any name for granted if they saw `__getattr__`.

    def __getattr__(name: str) -> Any:
        # Importing everything at once would make every command wait for Twisted, even `--help`.
        # Names such as `__wrapped__` are what tools ask any module for.
        if name == "__all__":
            return __dir__()
        if not name.startswith("_"):
            public = importlib.import_module("hostkit._public")
            if hasattr(public, name):
                globals()[name] = value = getattr(public, name)
                return value
        raise AttributeError(f"module 'hostkit' has no attribute {name!r}")

    def __dir__() -> list[str]:
        public = vars(importlib.import_module("hostkit._public"))
        # pytest adds names that are none to modules whose assertions it explains.
        names = (name for name in public if name.isidentifier() and name[0] != "_")
        return ["__version__", *sorted(names)]

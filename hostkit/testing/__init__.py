"""What modules and hosts are tested with; needs no test framework.

`hostkit.testing.plugin` makes it fixtures of pytest, and `HostTests` methods of unittest's and
trial's test cases.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hostkit.testing._public import *  # noqa: F403 -- the one list of names
else:
    # The plugin stands in this package, and pytest loads that before coverage may have begun.

    def __getattr__(name: str) -> Any:
        if name == "__all__":
            return __dir__()
        if not name.startswith("_"):
            public = importlib.import_module("hostkit.testing._public")
            if hasattr(public, name):
                globals()[name] = value = getattr(public, name)
                return value
        raise AttributeError(f"module 'hostkit.testing' has no attribute {name!r}")

    def __dir__() -> list[str]:
        public = vars(importlib.import_module("hostkit.testing._public"))
        # pytest adds names that are none to modules whose assertions it explains.
        return sorted(name for name in public if name.isidentifier() and name[0] != "_")

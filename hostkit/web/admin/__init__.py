"""What a serving process says of itself: over HTTP, and for its control socket."""

from hostkit.web.admin._inspecting import Running, Serving, modules_of, status_of
from hostkit.web.admin._receipts import (
    Wanted,
    describe,
    explain_hook,
    explain_unknown,
    find_receipt,
    none_left,
)
from hostkit.web.admin._resource import ADMIN_PATH, Admin

__all__ = [
    "ADMIN_PATH",
    "Admin",
    "Running",
    "Serving",
    "Wanted",
    "describe",
    "explain_hook",
    "explain_unknown",
    "find_receipt",
    "modules_of",
    "none_left",
    "status_of",
]

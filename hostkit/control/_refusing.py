"""What the control socket answers to what it does not do."""

from __future__ import annotations

from typing import Any


def refused(message: str) -> dict[str, Any]:
    """Make the answer to a command that is not done.

    Args:
        message: Why.
    """
    return {"ok": False, "message": message}

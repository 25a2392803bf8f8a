"""`PRESENCE_ALL_USERS`: everybody."""

from __future__ import annotations

from typing import Final

PRESENCE_ALL_USERS: Final = "ALL"
"""What a presence router answers instead of a set of user ids, to mean all users."""

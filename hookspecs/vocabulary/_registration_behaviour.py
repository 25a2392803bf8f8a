"""`RegistrationBehaviour`: what becomes of somebody who registers."""

from __future__ import annotations

from enum import Enum, unique
from typing import final


@final
@unique
class RegistrationBehaviour(Enum):
    """What becomes of somebody who registers."""

    ALLOW = "allow"
    """The account is created."""
    SHADOW_BAN = "shadow_ban"
    """The account is created, but nobody else ever sees what it sends."""
    DENY = "deny"
    """No account is created."""

"""`UserPresenceState`: whether somebody is there."""

from __future__ import annotations

from typing import final

import attrs


@final
@attrs.frozen
class UserPresenceState:
    """The presence of one user at one time.

    All times are milliseconds since the epoch; 0 means never.

    Attributes:
        user_id: Whose presence it is.
        state: ``"online"``, ``"unavailable"``, ``"offline"`` or ``"busy"``.
        last_active_ts: When the user last did something.
        last_federation_update_ts: When other servers were last told, or told us.
        last_user_sync_ts: When a client of the user last asked for news.
        status_msg: What the user says about it.
        currently_active: Whether the user is doing something right now.
    """

    user_id: str
    state: str
    last_active_ts: int
    last_federation_update_ts: int
    last_user_sync_ts: int
    status_msg: str | None
    currently_active: bool

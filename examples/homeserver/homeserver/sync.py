"""`Sync`: all that a client shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from homeserver.call import Call
    from homeserver.presence import Presence
    from homeserver.sessions import Sessions
    from homeserver.store import Store
    from hookspecs import JsonDict


@attrs.frozen
class Sync:
    """Gives a client all that it shows: rooms, invitations, and who is there."""

    _store: Store
    _sessions: Sessions
    _presence: Presence

    async def sync(self, call: Call) -> JsonDict:
        """``GET sync``: everything, at once and each time; there is nothing to wait for."""
        session = await self._sessions.check(call)
        user_id = session.user_id
        joined = {
            room.room_id: {"timeline": {"events": [e.for_client() for e in room.seen_by(user_id)]}}
            for room in self._store.rooms_of(user_id)
        }
        invited: JsonDict = {room.room_id: {} for room in self._store.rooms_of(user_id, "invite")}
        return {
            "next_batch": "0",
            "rooms": {"join": joined, "invite": invited},
            "presence": {"events": await self._presence.seen_by(user_id)},
        }

"""`Presence`: who is there, and who is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from homeserver.event import now_ms
from hookspecs import (
    PRESENCE_ALL_USERS,
    Codes,
    HomeserverError,
    UserPresenceState,
)

if TYPE_CHECKING:
    from homeserver.call import Call
    from homeserver.modules import Modules
    from homeserver.sessions import Sessions
    from homeserver.store import Store
    from hookspecs import JsonDict


@attrs.frozen
class Presence:
    """Knows who is there, and tells those who share a room and those whom modules name."""

    _modules: Modules
    _store: Store
    _sessions: Sessions
    _states: dict[str, UserPresenceState] = attrs.field(factory=dict)
    _routed: dict[str, dict[str, UserPresenceState]] = attrs.field(factory=dict)

    async def set(self, call: Call) -> JsonDict:
        """``PUT presence/{userId}/status``: keep a state, and ask modules whom else to tell."""
        session = await self._sessions.check(call)
        if call.path["user_id"] != session.user_id:
            raise HomeserverError(403, "This is not you", Codes.FORBIDDEN)
        presence, now = call.text("presence"), now_ms()
        state = UserPresenceState(
            session.user_id,
            presence,
            last_active_ts=now,
            last_federation_update_ts=0,
            last_user_sync_ts=now,
            status_msg=call.optional_text("status_msg"),
            currently_active=presence == "online",
        )
        self._states[session.user_id] = state
        routes = await self._modules.presence.get_users_for_states([state])
        for user_id, states in routes.items():
            told = self._routed.setdefault(user_id, {})
            told.update({each.user_id: each for each in states})
        return {}

    async def seen_by(self, user_id: str) -> list[JsonDict]:
        """List what a user is told of others, after asking modules for whom that is besides."""
        interest = await self._modules.presence.get_interested_users(user_id)
        if interest == PRESENCE_ALL_USERS:
            seen = self._states
        else:
            users = {user_id} | self._store.share_a_room(user_id) | interest
            known = {each: state for each, state in self._states.items() if each in users}
            seen = self._routed.get(user_id, {}) | known
        return [_for_client(state) for state in seen.values()]


def _for_client(state: UserPresenceState) -> JsonDict:
    content = {
        "presence": state.state,
        "status_msg": state.status_msg,
        "currently_active": state.currently_active,
    }
    return {"type": "m.presence", "sender": state.user_id, "content": content}

"""`Messages`: what users write into rooms, and read there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from homeserver.event import Event
from homeserver.events import check_joined
from homeserver.refusal import refuse
from hookspecs import Codes, HomeserverError

if TYPE_CHECKING:
    from homeserver.call import Call
    from homeserver.events import Events
    from homeserver.modules import Modules
    from homeserver.session import Session
    from homeserver.sessions import Sessions
    from homeserver.store import Store
    from hookspecs import JsonDict


@attrs.frozen
class Messages:
    """Takes what users write, and gives it to those who may read it."""

    _modules: Modules
    _store: Store
    _sessions: Sessions
    _events: Events

    async def send(self, call: Call) -> JsonDict:
        """``PUT rooms/{roomId}/send/{type}/{txnId}``: send an event, once for each transaction."""
        session = await self._sessions.check(call)
        transaction = tuple(call.path.values())
        if transaction not in session.sent:
            session.sent[transaction] = await self._write(session, call, None)
        return {"event_id": session.sent[transaction]}

    async def set_state(self, call: Call) -> JsonDict:
        """``PUT rooms/{roomId}/state/{type}/{stateKey}``: change the state of a room."""
        session = await self._sessions.check(call)
        event_type, state_key = call.path["type"], call.path.get("state_key", "")
        if event_type in ("m.room.create", "m.room.member"):
            raise HomeserverError(403, f"{event_type} cannot be set", Codes.FORBIDDEN)
        verdict = await self._modules.spam.user_may_send_state_event(
            session.user_id, call.path["room_id"], event_type, state_key, call.body
        )
        refuse(verdict, "You are not permitted to send the state event")
        return {"event_id": await self._write(session, call, state_key)}

    async def read(self, call: Call) -> JsonDict:
        """``GET rooms/{roomId}/messages``: read a whole room, the oldest event first."""
        session = await self._sessions.check(call)
        room = self._store.room(call.path["room_id"])
        check_joined(room, session.user_id)
        events = room.seen_by(session.user_id)
        return {"start": "0", "chunk": [event.for_client() for event in events]}

    async def _write(self, session: Session, call: Call, state_key: str | None) -> str:
        room = self._store.room(call.path["room_id"])
        check_joined(room, session.user_id)
        event = Event(room.room_id, call.path["type"], session.user_id, call.body, state_key)
        if session.account.is_shadow_banned:  # it looks to its sender as if all had gone well
            room.add_hidden(event)
        else:
            event = await self._events.send(room, event)
        return event.event_id

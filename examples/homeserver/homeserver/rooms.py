"""`Rooms`: how rooms are made, and who comes into them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import attrs

from homeserver.event import Event
from homeserver.events import check_joined
from homeserver.refusal import refuse
from homeserver.room import Room
from hookspecs import Codes, HomeserverError

if TYPE_CHECKING:
    from homeserver.call import Call
    from homeserver.events import Events
    from homeserver.modules import Modules
    from homeserver.sessions import Sessions
    from homeserver.store import Store
    from hookspecs import JsonDict, JsonMapping


@attrs.frozen
class Rooms:
    """Makes rooms, and lets users in."""

    _modules: Modules
    _store: Store
    _sessions: Sessions
    _events: Events

    async def create(self, call: Call) -> JsonDict:
        """``POST createRoom``: make a room; if modules refuse one of its events, there is none.

        Modules may change what the client has asked for, so it is only read after they did. Nobody
        is an administrator here.
        """
        session = await self._sessions.check(call)
        config = call.body
        await self._modules.rules.on_create_room(session.requester, config, False)  # noqa: FBT003
        verdict = await self._modules.spam.user_may_create_room(session.user_id, config)
        refuse(verdict, "You are not permitted to create rooms")
        room = Room(f"!{secrets.token_urlsafe(12)}:{self._store.server_name}")
        first: list[Event] = []
        for event in _first_events(room.room_id, session.user_id, config):
            first.append(await self._events.check_allowed(room, event))
            room.add(first[-1])
        self._store.rooms[room.room_id] = room
        for event in first:
            await self._events.announce(room, event)
        return {"room_id": room.room_id}

    async def join(self, call: Call) -> JsonDict:
        """``POST join``: let a user in; who has made the room is in it already."""
        session = await self._sessions.check(call)
        room = self._store.room(call.path["room_id"])
        membership = room.membership(session.user_id)
        if membership != "join":
            is_invited = membership == "invite"
            verdict = await self._modules.spam.user_may_join_room(
                session.user_id, room.room_id, is_invited
            )
            refuse(verdict, "Not allowed to join this room")
            if not (is_invited or room.is_public):
                raise HomeserverError(403, "You are not invited to this room.", Codes.FORBIDDEN)
            await self._events.add(
                room, _membership(room.room_id, session.user_id, session.user_id, "join")
            )
        return {"room_id": room.room_id}

    async def invite(self, call: Call) -> JsonDict:
        """``POST rooms/{roomId}/invite``: invite somebody."""
        session = await self._sessions.check(call)
        room, invitee = self._store.room(call.path["room_id"]), call.text("user_id")
        check_joined(room, session.user_id)
        if room.membership(invitee) == "join":
            raise HomeserverError(403, f"{invitee} is already in the room.", Codes.FORBIDDEN)
        verdict = await self._modules.spam.user_may_invite(session.user_id, invitee, room.room_id)
        refuse(verdict, "Invites have been disabled on this server")
        if not session.account.is_shadow_banned:
            await self._events.add(
                room, _membership(room.room_id, session.user_id, invitee, "invite")
            )
        return {}


def _first_events(room_id: str, creator: str, config: JsonMapping) -> list[Event]:
    """Make the events that a room begins with."""

    def state(event_type: str, **content: object) -> Event:
        return Event(room_id, event_type, creator, content, state_key="")

    rule = "public" if config.get("preset") == "public_chat" else "invite"
    first = [
        state("m.room.create", creator=creator),
        _membership(room_id, creator, creator, "join"),
        state("m.room.join_rules", join_rule=rule),
    ]
    if "name" in config:
        first.append(state("m.room.name", name=config["name"]))
    if "topic" in config:
        first.append(state("m.room.topic", topic=config["topic"]))
    return first


def _membership(room_id: str, sender: str, user_id: str, membership: str) -> Event:
    """Make the event that lets a user in, or invites one."""
    content = {"membership": membership}
    return Event(room_id, "m.room.member", sender, content, state_key=user_id)

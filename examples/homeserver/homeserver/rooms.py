"""Rooms: how they are created, and how users enter them."""

import secrets

from twisted.web.server import Request

from homeserver.accounts import check
from homeserver.client import refuse, text
from homeserver.events import add, announce, check_allowed
from homeserver.homeserver import Homeserver
from homeserver.room import Event, Room
from hostkit.web import json_body


async def create(server: Homeserver, request: Request) -> dict[str, str]:
    """``POST createRoom``: create a room, unless modules refuse it or one of its events.

    Modules may change the request, so it is read after they did. There are no administrators here.
    """
    requester, config = await check(server, request), json_body(request)
    user_id = str(requester.user)
    await server.rules.on_create_room(requester, config, False)  # noqa: FBT003
    verdict = await server.spam.user_may_create_room(user_id, config)
    refuse(verdict, "You are not permitted to create rooms")
    room = Room(f"!{secrets.token_urlsafe(12)}:{server.name}")
    first = [
        Event(room.room_id, "m.room.create", user_id, {"creator": user_id}, ""),
        _join_event(server, room, user_id),
    ]
    if "name" in config:
        content = {"name": config["name"]}
        first.append(Event(room.room_id, "m.room.name", user_id, content, ""))
    for event in first:
        room.add(await check_allowed(server, room, event))
    server.rooms[room.room_id] = room
    for event in tuple(room.timeline):
        await announce(server, room, event)
    return {"room_id": room.room_id}


async def join(server: Homeserver, request: Request, room_id: str) -> dict[str, str]:
    """``POST join``: let a user in; the creator of a room is in it already."""
    user_id, room = str((await check(server, request)).user), server.room(room_id)
    if room.membership(user_id) != "join":
        is_invited = room.membership(user_id) == "invite"
        verdict = await server.spam.user_may_join_room(user_id, room_id, is_invited)
        refuse(verdict, "Not allowed to join this room")
        await add(server, room, _join_event(server, room, user_id))
    return {"room_id": room_id}


async def invite(server: Homeserver, request: Request, room_id: str) -> dict[str, str]:
    """``POST rooms/{roomId}/invite``: invite a user."""
    user_id, room = str((await check(server, request)).user), server.room(room_id)
    invitee = text(json_body(request), "user_id")
    room.check_joined(user_id)
    verdict = await server.spam.user_may_invite(user_id, invitee, room_id)
    refuse(verdict, "Invites have been disabled on this server")
    if not server.accounts[user_id].is_shadow_banned and room.membership(invitee) != "join":
        content = {"membership": "invite"}
        await add(server, room, Event(room_id, "m.room.member", user_id, content, invitee))
    return {}


def _join_event(server: Homeserver, room: Room, user_id: str) -> Event:
    content = {"membership": "join", "displayname": server.accounts[user_id].display_name}
    return Event(room.room_id, "m.room.member", user_id, content, user_id)

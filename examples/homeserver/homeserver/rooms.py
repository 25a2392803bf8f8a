"""Rooms and the events in them, and the hooks that are called before an event is stored."""

import secrets

from twisted.web.server import Request

from homeserver.accounts import check
from homeserver.client import refuse, text
from homeserver.homeserver import Event, Homeserver, Room
from homeserver.limits import check_event, check_user_id
from hookspecs import Codes
from hostkit.web import HttpError, json_body


async def send(
    server: Homeserver, request: Request, room_id: str, kind: str, _transaction: str
) -> dict[str, str]:
    """``PUT rooms/{roomId}/send/{type}/{txnId}``: send an event."""
    user_id, content = str((await check(server, request)).user), json_body(request)
    _check_kind(kind)
    return await _write(server, Event(room_id, kind, user_id, content))


async def set_state(
    server: Homeserver, request: Request, room_id: str, kind: str, state_key: str = ""
) -> dict[str, str]:
    """``PUT rooms/{roomId}/state/{type}/{stateKey}``: change the state of a room."""
    user_id, content = str((await check(server, request)).user), json_body(request)
    _check_kind(kind)
    event = Event(room_id, kind, user_id, content, state_key)
    check_event(event)
    verdict = await server.spam.user_may_send_state_event(
        user_id, room_id, kind, state_key, content
    )
    refuse(verdict, "You are not permitted to send the state event")
    return await _write(server, event)


def _check_kind(kind: str) -> None:
    if kind in ("m.room.create", "m.room.member"):  # other hooks are asked about those
        raise HttpError(403, Codes.FORBIDDEN, f"{kind} cannot be set")


async def _write(server: Homeserver, event: Event) -> dict[str, str]:
    """Check an event that a user sends, store it and notify modules."""
    room = server.room(event.room_id)
    check_event(event)
    room.check_joined(event.sender)
    if server.accounts[event.sender].is_shadow_banned:
        room.timeline.append(event)  # its sender must not notice
        return {"event_id": event.event_id}
    event = await check_allowed(server, room, event)
    room.check_joined(event.sender)  # a module may have replaced the sender
    verdict = await server.spam.check_event_for_spam(event)
    refuse(verdict, "This message has been rejected as probable spam")
    room.add(event)
    await announce(server, room, event)
    return {"event_id": event.event_id}


async def add(server: Homeserver, room: Room, event: Event) -> None:
    """Check a change of membership, store it and notify modules; spam checkers are not asked."""
    event = await check_allowed(server, room, event)
    room.add(event)
    await announce(server, room, event)


async def check_allowed(server: Homeserver, room: Room, event: Event) -> Event:
    """Ask whether an event is allowed; all events pass here.

    Returns:
        The event, or one with another id if a module has replaced it.

    Raises:
        HttpError: A module has refused it.
        ModuleFailedError: A module failed: the event is neither allowed nor refused.
    """
    # In a larger homeserver, the state for modules is loaded from the database: it is not needed
    # unless a module has registered for the hook.
    if not bool(server.rules.check_event_allowed):
        return event
    is_allowed, fields = await server.rules.check_event_allowed(event, room.state)
    if not is_allowed:
        raise HttpError(403, Codes.FORBIDDEN, "This event is not allowed in this context")
    if fields is None:
        return event
    sender, content = fields["sender"], fields["content"]  # the rest is as it was
    replaced = Event(room.room_id, event.type, sender, content, event.get_state_key())
    check_event(replaced)
    return replaced


async def announce(server: Homeserver, room: Room, event: Event) -> None:
    """Notify modules of an event that was stored, before any client receives it."""
    if bool(server.rules.on_new_event):
        await server.rules.on_new_event(event, room.state)


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
        content = {"name": text(config, "name")}
        first.append(Event(room.room_id, "m.room.name", user_id, content, ""))
    for event in first:
        check_event(event)
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
    check_user_id(invitee)
    room.check_joined(user_id)
    verdict = await server.spam.user_may_invite(user_id, invitee, room_id)
    refuse(verdict, "Invites have been disabled on this server")
    if room.membership(invitee) == "join":
        raise HttpError(403, Codes.FORBIDDEN, f"{invitee} is already in the room")
    if not server.accounts[user_id].is_shadow_banned:
        content = {"membership": "invite"}
        await add(server, room, Event(room_id, "m.room.member", user_id, content, invitee))
    return {}


def _join_event(server: Homeserver, room: Room, user_id: str) -> Event:
    content = {"membership": "join", "displayname": server.accounts[user_id].display_name}
    return Event(room.room_id, "m.room.member", user_id, content, user_id)

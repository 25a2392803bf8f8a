"""Events: what users send into rooms, and the hooks that are called before it is stored."""

from twisted.web.server import Request

from homeserver.accounts import check
from homeserver.client import refuse
from homeserver.homeserver import Homeserver
from homeserver.room import Event, Room
from hookspecs import Codes
from hostkit.web import HttpError, json_body


async def send(
    server: Homeserver, request: Request, room_id: str, kind: str, _transaction: str
) -> dict[str, str]:
    """``PUT rooms/{roomId}/send/{type}/{txnId}``: send an event."""
    user_id = str((await check(server, request)).user)
    return await _write(server, Event(room_id, kind, user_id, json_body(request)))


async def set_state(
    server: Homeserver, request: Request, room_id: str, kind: str, state_key: str = ""
) -> dict[str, str]:
    """``PUT rooms/{roomId}/state/{type}/{stateKey}``: change the state of a room."""
    user_id, content = str((await check(server, request)).user), json_body(request)
    if kind in ("m.room.create", "m.room.member"):  # other hooks are asked about those
        raise HttpError(403, Codes.FORBIDDEN, f"{kind} cannot be set")
    verdict = await server.spam.user_may_send_state_event(
        user_id, room_id, kind, state_key, content
    )
    refuse(verdict, "You are not permitted to send the state event")
    return await _write(server, Event(room_id, kind, user_id, content, state_key))


async def _write(server: Homeserver, event: Event) -> dict[str, str]:
    """Check an event that a user sends, store it and notify modules."""
    room = server.room(event.room_id)
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
    return Event(room.room_id, event.type, sender, content, event.get_state_key())


async def announce(server: Homeserver, room: Room, event: Event) -> None:
    """Notify modules of an event that was stored, before any client receives it."""
    if bool(server.rules.on_new_event):
        await server.rules.on_new_event(event, room.state)

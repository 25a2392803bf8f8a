"""Presence: who is online, who receives it, and the rest of what a client shows."""

from collections.abc import Iterable

from twisted.web.server import Request

from homeserver.accounts import check
from homeserver.client import text
from homeserver.homeserver import Homeserver, Room, now_ms
from hookspecs import PRESENCE_ALL_USERS, Codes, JsonDict, UserPresenceState
from hostkit.web import HttpError, json_body

STATES = ("online", "unavailable", "offline", "busy")


async def set_status(server: Homeserver, request: Request, user_id: str) -> JsonDict:
    """``PUT presence/{userId}/status``: store a state, and ask modules who else receives it."""
    if user_id != str((await check(server, request)).user):
        raise HttpError(403, Codes.FORBIDDEN, "This is not you")
    body, now = json_body(request), now_ms()
    presence, message = text(body, "presence"), body.get("status_msg")
    if presence not in STATES or not isinstance(message, str | None):
        raise HttpError(400, Codes.INVALID_PARAM, "Invalid presence state or status_msg")
    state = UserPresenceState(user_id, presence, now, 0, now, message, presence == "online")
    server.presence[user_id] = state
    routes = await server.router.get_users_for_states([state])
    for receiver, states in routes.items():
        server.routed[receiver].update({each.user_id: each for each in states})
    return {}


async def sync(server: Homeserver, request: Request) -> JsonDict:
    """``GET sync``: everything the user may see of rooms and of others, complete each time.

    Events of shadow-banned users are shown only to themselves.
    """
    user_id = str((await check(server, request)).user)
    rooms = [room for room in server.rooms.values() if room.membership(user_id) == "join"]
    hidden = {each.user_id for each in server.accounts.values() if each.is_shadow_banned}
    hidden.discard(user_id)
    return {
        "rooms": {
            room.room_id: [each.get_dict() for each in room.timeline if each.sender not in hidden]
            for room in rooms
        },
        "presence": {
            each.user_id: each.state for each in await _presence_for(server, user_id, rooms)
        },
    }


async def _presence_for(
    server: Homeserver, user_id: str, rooms: list[Room]
) -> Iterable[UserPresenceState]:
    """List the presence a user receives, after asking modules for further users."""
    interest = await server.router.get_interested_users(user_id)
    if interest == PRESENCE_ALL_USERS:
        return server.presence.values()
    shown = {
        each: state
        for each, state in server.presence.items()
        if each in interest or any(room.membership(each) == "join" for room in rooms)
    }
    return {**server.routed[user_id], **shown}.values()

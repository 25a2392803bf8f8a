from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from hookspecs import PRESENCE_ALL_USERS, UserPresenceState
from tests.examples.homeserver_client import (
    Client,
    always,
    client_of,
    raising,
)


def come_online(client: Client, user: str, token: str) -> None:
    """Set a user's presence."""
    body = {"presence": "online", "status_msg": "hi"}
    assert client.call("PUT", f"/presence/@{user}:hs/status", body, token).status == 200


def three_users(**callbacks: Any) -> tuple[Client, str, str, str]:
    """Make a homeserver where Ann and Ben share a room, and Eve does not; Ann is online."""
    client = client_of(callbacks)
    ann, ben, eve = (client.token(name) for name in ("ann", "ben", "eve"))
    client.call("POST", f"/join/{client.create_room(ann)}", {}, ben)
    come_online(client, "ann", ann)
    return client, ann, ben, eve


def test_users_who_share_a_room_receive_presence() -> None:
    """Without modules, presence goes to those who share a room."""
    client, ann, ben, eve = three_users()
    assert client.presence(ann) == client.presence(ben) == {"@ann:hs": "online"}
    assert client.presence(eve) == {}
    answer = client.call("PUT", "/presence/@eve:hs/status", {"presence": "online"}, ann)
    assert answer.errcode == (403, "M_FORBIDDEN")


def test_modules_route_presence_to_others() -> None:
    """Users that `get_users_for_states` names receive it too, also by a second module."""

    async def route(states: Iterable[UserPresenceState]) -> dict[str, set[UserPresenceState]]:
        return {"@eve:hs": set(states)}

    client, _, ben, eve = three_users(
        get_users_for_states=route, get_interested_users=always(set())
    )
    assert client.presence(ben) == client.presence(eve) == {"@ann:hs": "online"}


@pytest.mark.parametrize("interest", [PRESENCE_ALL_USERS, {"@ann:hs"}])
def test_modules_say_whose_presence_a_user_receives(interest: Any) -> None:
    """`get_interested_users` adds users, or all of them, to those whose presence is received."""
    client, _, _, eve = three_users(
        get_users_for_states=always({}), get_interested_users=always(interest)
    )
    assert client.presence(eve) == {"@ann:hs": "online"}


def test_a_failing_router_is_left_out() -> None:
    """What a presence router raises changes nothing for those who share a room."""
    error = raising(ValueError("no"))
    client, _, ben, eve = three_users(get_users_for_states=error, get_interested_users=error)
    assert client.presence(ben) == {"@ann:hs": "online"}
    assert client.presence(eve) == {}

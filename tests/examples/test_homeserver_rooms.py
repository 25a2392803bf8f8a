from __future__ import annotations

from typing import Any

import pytest

from hookspecs import NOT_SPAM, Codes, Event, HomeserverError, JsonDict, Requester, UserID
from tests.examples.homeserver_client import client_of, noting, raising, room_with
from tests.hookspecs.rooms import HostsOwnError

FORBIDDEN = (403, "M_FORBIDDEN")
DENIAL = (Codes.LIMIT_EXCEEDED, {"retry_after_ms": 5})


def test_without_modules_people_talk() -> None:
    """Only members of a room read what is written there."""
    client, ann, room = room_with()
    ben = client.token("ben")
    assert client.say(ben, room, "hi").errcode == FORBIDDEN
    assert client.events(ben) == {}
    assert client.call("POST", f"/join/{room}", {}, ben).body == {"room_id": room}
    client.say(ben, room, "hi")
    client.say(ann, room, "ho")
    assert client.read(ann, room) == client.read(ben, room) == ["hi", "ho"]
    assert client.say(ann, "!no:hs", "hi").errcode == (404, "M_NOT_FOUND")


def test_a_room_may_be_denied() -> None:
    """`user_may_create_room` denies with status 403, and is given what the client asked for."""
    calls: list[Any] = []
    client = client_of({"user_may_create_room": noting(calls, DENIAL)})
    answer = client.call("POST", "/createRoom", {"name": "x"}, client.token("ann"))
    assert answer.errcode == (403, "M_LIMIT_EXCEEDED")
    assert answer.body["retry_after_ms"] == 5
    assert calls == [("@ann:hs", {"name": "x"})]


def test_a_module_may_change_what_a_room_is_to_be() -> None:
    """`on_create_room` gets the client's request, and what it makes of it is what is done."""
    seen: list[Any] = []

    async def rename(requester: Requester, content: JsonDict, is_admin: bool) -> None:
        seen.append((requester.user, requester.device_id, is_admin))
        content["name"] = "renamed"

    checked: list[Any] = []
    client = client_of(
        {"on_create_room": rename, "user_may_create_room": noting(checked, NOT_SPAM)}
    )
    answer = client.register("ann")
    ann, device_id = answer.body["access_token"], answer.body["device_id"]
    room = client.create_room(ann)
    assert seen == [(UserID("ann", "hs"), device_id, False)]
    assert checked[0][1]["name"] == "renamed"
    assert {"name": "renamed"} in [each["content"] for each in client.events(ann)[room]]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (HomeserverError(400, "no", Codes.BAD_JSON, {"x": 1}), (400, "M_BAD_JSON")),
        (HostsOwnError(), (429, "M_LIMIT_EXCEEDED")),
        (ValueError("no"), (403, "M_UNKNOWN")),
    ],
)
def test_a_room_is_vetoed_by_raising(error: Exception, expected: tuple[int, str]) -> None:
    """`on_create_room` refuses with the answer that its exception says, or with status 403."""
    client = client_of({"on_create_room": raising(error)})
    assert client.call("POST", "/createRoom", {}, client.token("ann")).errcode == expected


def test_a_room_of_which_an_event_is_refused_does_not_come_into_being() -> None:
    """All first events are checked before modules or clients are notified of any of them."""
    stored: list[Any] = []

    async def not_bad(event: Event, state: Any) -> tuple[bool, None]:
        assert all(key in state for key in [("m.room.create", "")] * (len(state) > 0))
        return event.content.get("name") != "bad", None

    client = client_of({"check_event_allowed": not_bad, "on_new_event": noting(stored)})
    ann = client.token("ann")
    assert client.call("POST", "/createRoom", {"name": "bad"}, ann).errcode == FORBIDDEN
    assert stored == []
    assert client.events(ann) == {}
    client.create_room(ann, name="good")
    types = ["create", "member", "name"]
    assert [event.type for event, _ in stored] == [f"m.room.{each}" for each in types]


def test_a_join_may_be_denied_but_not_the_creators() -> None:
    """`user_may_join_room` denies with status 403; it is not called for the creator of the room."""
    calls: list[Any] = []
    client, ann, room = room_with({"user_may_join_room": noting(calls, Codes.FORBIDDEN)})
    assert client.call("POST", f"/join/{room}", {}, ann).status == 200
    assert calls == []
    ben = client.token("ben")
    assert client.call("POST", f"/join/{room}", {}, ben).errcode == FORBIDDEN
    client.call("POST", f"/rooms/{room}/invite", {"user_id": "@ben:hs"}, ann)
    client.call("POST", f"/join/{room}", {}, ben)
    assert calls == [("@ben:hs", room, False), ("@ben:hs", room, True)]
    assert client.say(ben, room, "hi").status == 403


def test_an_invitation_may_be_denied() -> None:
    """`user_may_invite` denies with status 403, and the user is not invited."""
    calls: list[Any] = []
    stored: list[Any] = []
    client, ann, room = room_with(
        {"user_may_invite": noting(calls, DENIAL), "on_new_event": noting(stored)}
    )
    del stored[:]
    path, body = f"/rooms/{room}/invite", {"user_id": "@ben:hs"}
    assert client.call("POST", path, body, ann).errcode == (403, "M_LIMIT_EXCEEDED")
    assert calls == [("@ann:hs", "@ben:hs", room)]
    assert stored == []


def test_a_change_of_state_may_be_denied() -> None:
    """`user_may_send_state_event` denies with status 403; a state key may have a slash."""
    calls: list[Any] = []
    client, ann, room = room_with({"user_may_send_state_event": noting(calls, DENIAL)})
    path = f"/rooms/{room}/state/org.example.thing"
    assert client.call("PUT", f"{path}/a%2Fb", {"x": 1}, ann).errcode == (403, "M_LIMIT_EXCEEDED")
    assert client.call("PUT", path, {}, ann).status == 403
    assert calls == [
        ("@ann:hs", room, "org.example.thing", "a/b", {"x": 1}),
        ("@ann:hs", room, "org.example.thing", "", {}),
    ]
    member = f"/rooms/{room}/state/m.room.member/@ann:hs"
    assert client.call("PUT", member, {"membership": "leave"}, ann).errcode == FORBIDDEN
    assert len(calls) == 2

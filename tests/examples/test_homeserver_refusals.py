"""What the homeserver refuses by itself, before or after modules are asked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.examples.homeserver_client import Client, always, client_of, room_with

NO: Any = "not asked"


@pytest.mark.parametrize("name", ["_ann", "123", "x" * 255, "A B", "ann:hs", ""])
def test_invalid_names_are_refused(name: str) -> None:
    """Status 400, before a module is asked."""
    client = client_of({"check_registration_for_spam": always(NO)})
    assert client.register(name).errcode == (400, "M_INVALID_USERNAME")


@pytest.mark.parametrize(
    "user_id", ["", "bob", "@bob", "@bob:", "@x:b c", "#bob:hs", f"@{'x' * 255}:hs"]
)
def test_only_users_can_be_invited(user_id: str) -> None:
    """Status 400 for anything else, before a module is asked."""
    client, ann, room = room_with({"user_may_invite": always(NO)})
    answer = client.call("POST", f"/rooms/{room}/invite", {"user_id": user_id}, ann)
    assert answer.errcode == (400, "M_INVALID_PARAM")


def test_who_is_in_the_room_cannot_be_invited() -> None:
    """Status 403, and nobody becomes a guest again."""
    client, ann, room = room_with({})
    answer = client.call("POST", f"/rooms/{room}/invite", {"user_id": "@ann:hs"}, ann)
    assert answer.errcode == (403, "M_FORBIDDEN")
    assert room in client.events(ann)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"n": 1.5}, (400, "M_BAD_JSON")),
        ({"deep": [{"n": 1e3}]}, (400, "M_BAD_JSON")),
        ({"n": 2**53}, (400, "M_BAD_JSON")),
        ({"n": -(2**53)}, (400, "M_BAD_JSON")),
        ({"body": "x" * 65_536}, (413, "M_TOO_LARGE")),
        ({"body": "ü" * 32_768}, (413, "M_TOO_LARGE")),
    ],
)
def test_contents_that_not_everybody_can_read_are_refused(
    content: Any, expected: tuple[int, str]
) -> None:
    """For messages and state alike; also if a module has replaced the content by such a one."""
    client, ann, room = room_with({"check_event_for_spam": always(NO)})
    for path in ("send/m.room.message/1", "state/m.room.topic"):
        assert client.call("PUT", f"/rooms/{room}/{path}", content, ann).errcode == expected

    async def replace(event: Any, _state: Any) -> Any:
        return True, {**event.get_dict(), "content": content}

    def replacing(event: Any, state: Any) -> Any:
        return replace(event, state) if event.type == "m.room.message" else (True, None)

    client, ann, room = room_with({"check_event_allowed": replacing})
    assert client.say(ann, room, "hi").errcode == expected
    assert client.read(ann, room) == []


def put(client: Client, token: str, path: str) -> tuple[int, str]:
    """Send an empty event, and give what the answer says."""
    answer = client.call("PUT", path, {}, token)
    return answer.errcode if answer.status != 200 else (200, "")


def test_types_and_keys_have_a_length_and_an_owner() -> None:
    """Status 413 or 403; a number that is exact everywhere, and one's own key, are fine."""
    client, ann, room = room_with({})
    long = "x" * 256
    assert put(client, ann, f"/rooms/{room}/send/{long}/1") == (413, "M_TOO_LARGE")
    assert put(client, ann, f"/rooms/{room}/state/m.x/{long}") == (413, "M_TOO_LARGE")
    assert put(client, ann, f"/rooms/{room}/state/m.x/@bob:hs") == (403, "M_FORBIDDEN")
    assert put(client, ann, f"/rooms/{room}/send/m.room.member/1") == (403, "M_FORBIDDEN")
    assert put(client, ann, f"/rooms/{room}/state/m.x/@ann:hs") == (200, "")
    exact = client.call("PUT", f"/rooms/{room}/send/m.x/1", {"n": [2**53 - 1]}, ann)
    assert exact.status == 200


@pytest.mark.parametrize("body", [{"presence": "nowhere"}, {"presence": "online", "status_msg": 5}])
def test_an_impossible_presence_is_refused(body: Any) -> None:
    """Status 400."""
    client = client_of()
    answer = client.call("PUT", "/presence/@ann:hs/status", body, client.token("ann"))
    assert answer.errcode == (400, "M_INVALID_PARAM")


@pytest.mark.parametrize("name", [None, 5, {}])
def test_a_room_has_a_string_for_its_name(name: Any) -> None:
    """Status 400."""
    client = client_of()
    answer = client.call("POST", "/createRoom", {"name": name}, client.token("ann"))
    assert answer.errcode == (400, "M_MISSING_PARAM")


def test_pages_of_other_origins_may_use_it() -> None:
    """OPTIONS is answered at every path, and each answer says so."""
    client = client_of()
    answer = client.call("OPTIONS", "/sync")
    assert (answer.status, answer.text) == (204, "")
    for each in (answer, client.call("GET", "/login"), client.call("GET", "/sync")):
        assert "access-control-allow-origin: *" in each.headers

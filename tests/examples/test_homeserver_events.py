from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest

from hookspecs import NOT_SPAM, Codes, Event, HomeserverError, JsonDict
from tests.examples.homeserver_client import always, noting, raising, room_with
from tests.hookspecs.rooms import HostsOwnError


class OwnCodes(StrEnum):
    RUDE = "ORG_RUDE"


def replacing(**changes: Any) -> Callable[..., Any]:
    """Make a callback that replaces each message by one with some other fields."""

    async def replace(event: Event, _state: Any) -> tuple[bool, JsonDict | None]:
        if event.type != "m.room.message":
            return True, None
        return True, event.get_dict() | changes

    return replace


def message(answer: Any) -> Callable[..., Any]:
    """Make a callback that has an answer for messages, and lets all other events be."""

    async def check(event: Event, *_: Any) -> Any:
        if isinstance(answer, Exception) and event.type == "m.room.message":
            raise answer
        return answer if event.type == "m.room.message" else (True, None)

    return check


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Codes.USER_LOCKED, {"errcode": "M_USER_LOCKED"}),
        (OwnCodes.RUDE, {"errcode": "ORG_RUDE"}),
        ((Codes.LIMIT_EXCEEDED, {"x": [1]}), {"errcode": "M_LIMIT_EXCEEDED", "x": [1]}),
        ("be nice", {"errcode": "M_FORBIDDEN", "error": "be nice"}),
        ("", {"errcode": "M_FORBIDDEN", "error": ""}),
        (True, {"errcode": "M_FORBIDDEN"}),
        (None, {"errcode": "M_FORBIDDEN"}),
    ],
)
def test_spam_is_refused(verdict: Any, expected: dict[str, Any]) -> None:
    """`check_event_for_spam` denies with status 403 and its code, its fields, or its string."""
    client, ann, room = room_with({"check_event_for_spam": always(verdict)})
    answer = client.say(ann, room, "hi")
    assert answer.status == 403
    text = {"error": "This message has been rejected as probable spam"}
    assert answer.body == text | expected
    assert client.read(ann, room) == []


@pytest.mark.parametrize("verdict", [NOT_SPAM, False])
def test_what_is_not_spam_is_stored(verdict: Any) -> None:
    """A spam checker that has nothing against a message lets it be stored."""
    client, ann, room = room_with({"check_event_for_spam": always(verdict)})
    assert client.say(ann, room, "hi").status == 200
    assert client.read(ann, room) == ["hi"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((False, None), (403, "M_FORBIDDEN")),
        (True, (500, "M_UNKNOWN")),
        (ValueError("no"), (500, "M_UNKNOWN")),
        (HomeserverError(429, "wait", Codes.LIMIT_EXCEEDED, {"x": 1}), (429, "M_LIMIT_EXCEEDED")),
        (HostsOwnError(418, "ORG_TEA"), (418, "ORG_TEA")),
    ],
)
def test_an_event_that_is_not_allowed_is_not_stored(answer: Any, expected: tuple[int, str]) -> None:
    """`check_event_allowed` refuses with 403 or its own answer; a failure is neither: 500."""
    spam: list[Any] = []
    client, ann, room = room_with(
        {"check_event_allowed": message(answer), "check_event_for_spam": noting(spam, NOT_SPAM)}
    )
    answer = client.say(ann, room, "hi")
    assert answer.errcode == expected
    assert answer.body.get("x") == (1 if expected[0] == 429 else None)
    assert (client.read(ann, room), spam) == ([], [])


def test_a_replacement_is_what_is_stored_and_checked() -> None:
    """Spam checkers, `on_new_event` and readers only ever see the replaced event."""
    spam: list[Any] = []
    stored: list[Any] = []
    asked: list[Any] = []
    client, ann, room = room_with(
        {"check_event_allowed": noting(asked, (True, None))},
        {"check_event_allowed": replacing(content={"body": "one"})},
        {
            "check_event_allowed": replacing(content={"body": "two"}),
            "check_event_for_spam": noting(spam, NOT_SPAM),
            "on_new_event": noting(stored),
        },
    )
    answer = client.say(ann, room, "hi")
    assert client.read(ann, room) == ["two"]
    ((seen,),) = spam
    event, state = stored[-1]
    assert event is seen
    assert event.event_id != asked[-1][0].event_id
    assert (event.content, event.event_id) == ({"body": "two"}, answer.body["event_id"])
    assert ("m.room.member", "@ann:hs") in state


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"room_id": "!other:hs"}, 500),
        ({"sender": "@ann:other"}, 500),
        ({"content": {"body": {1, 2}}}, 500),
        ({"sender": "@ben:hs"}, 403),
    ],
)
def test_not_every_replacement_can_be_stored(changes: dict[str, Any], status: int) -> None:
    """A replaced sender must be local and in the room, and the content JSON."""
    client, ann, room = room_with({"check_event_allowed": replacing(**changes)})
    assert client.say(ann, room, "hi").status == status
    assert client.read(ann, room) == []


def test_modules_cannot_change_an_event_by_the_way() -> None:
    """What modules are given of an event is not what is stored."""

    async def meddle(event: Event, *_: Any) -> Any:
        event.get_dict()["content"]["body"] = "changed"
        with pytest.raises(TypeError):
            event.content["body"] = "changed"  # type: ignore[index]
        assert hasattr(event, "state_key") == event.is_state()
        return True, None

    client, ann, room = room_with({"check_event_allowed": meddle})
    assert client.say(ann, room, "hi").status == 200
    assert client.read(ann, room) == ["hi"]


def test_a_failing_listener_stops_nothing() -> None:
    """What `on_new_event` raises is logged: the event is stored, the next module notified."""
    received: list[Any] = []
    client, ann, room = room_with(
        {"on_new_event": raising(ValueError("no"))}, {"on_new_event": noting(received)}
    )
    before = len(received)
    assert client.say(ann, room, "hi").status == 200
    assert client.read(ann, room) == ["hi"]
    assert len(received) == before + 1

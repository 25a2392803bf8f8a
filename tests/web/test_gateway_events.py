"""The categories of the homeserver over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hookspecs import CATEGORIES, Codes, RoomAlias
from hostkit.testing import build_host
from tests.web.conftest import ask, call, hooks_of, make_host

if TYPE_CHECKING:
    from hostkit.testing import Answer

EVENT = {
    "event_id": "$1",
    "room_id": "!r:example.org",
    "type": "m.room.member",
    "sender": "@ann:example.org",
    "origin_server_ts": 5,
    "content": {"membership": "invite"},
    "state_key": "@ben:example.org",
    "get_dict": "a name that anybody may give a member",
    "unsigned": {"age": 1},
}


def post(hook: str, arguments: dict[str, Any], **answers: Any) -> Answer:
    """Call a hook of spam checkers over HTTP."""
    host = make_host(*CATEGORIES, name="checker", **answers)
    return call(host, f"spam_checker.{hook}", **arguments)


def given(hook: str, arguments: dict[str, Any]) -> list[Any]:
    """Give what a callback of a hook is called with."""
    calls: list[Any] = []

    def note(*args: Any) -> str:
        calls.append(args)
        return "NOT_SPAM"

    assert post(hook, arguments, **{hook: note}).status == 200
    return list(calls[0])


def test_an_event_is_an_event() -> None:
    """It has the attributes and methods that modules know."""
    (event,) = given("check_event_for_spam", {"event": EVENT})
    assert (event.type, event.sender, event.content) == (
        "m.room.member",
        "@ann:example.org",
        {"membership": "invite"},
    )
    assert (event.state_key, event.get_state_key(), event.is_state()) == (
        "@ben:example.org",
        "@ben:example.org",
        True,
    )
    assert event.unsigned == {"age": 1}
    assert event.get_dict() == EVENT
    event.get_dict()["content"].clear()
    assert event.content


def test_the_content_of_an_event_is_read_only_and_computes_the_membership() -> None:
    """No module changes what later ones are asked about, at any depth."""
    content = {"membership": "invite", "parts": [{"text": "hi"}]}
    (event,) = given("check_event_for_spam", {"event": {**EVENT, "content": content}})
    assert event.membership == "invite"
    assert isinstance(event.content, dict)
    assert isinstance(event.content["parts"], list)
    for change in (event.content.clear, event.content["parts"].clear, event.unsigned.clear):
        with pytest.raises(TypeError, match="read-only"):
            change()
    (event,) = given("check_event_for_spam", {"event": {**EVENT, "membership": "a lie"}})
    assert event.membership == "invite"


def test_an_event_need_not_set_state() -> None:
    """Then it has no state key."""
    (event,) = given("check_event_for_spam", {"event": {"type": "m.room.message"}})
    assert (event.get_state_key(), event.is_state()) == (None, False)
    assert not hasattr(event, "state_key")
    assert event.get_dict() == {"type": "m.room.message"}


def test_an_event_has_types() -> None:
    """Faults in it are reported before a module is asked."""
    answer = post("check_event_for_spam", {"event": {"sender": 5}})
    assert (answer.status, answer.json["field"]) == (400, "event.sender")
    assert post("check_event_for_spam", {"event": "$1"}).json["field"] == "event"


def test_identifiers_are_written_as_always() -> None:
    """An alias is a string in JSON, and an object in Python."""
    arguments = {"user_id": "@ann:x", "room_alias": "#garden:example.org:80"}
    _, alias = given("user_may_create_room_alias", arguments)
    assert RoomAlias("garden", "example.org:80") == alias
    answer = post("user_may_create_room_alias", {**arguments, "room_alias": "garden"})
    assert (answer.status, answer.json["field"]) == (400, "room_alias")


def test_pairs_are_tuples() -> None:
    """Also where the annotation is an abstract collection."""
    arguments = {
        "user_id": "@ann:x",
        "device_id": None,
        "initial_display_name": None,
        "request_info": [[None, "::1"]],
    }
    *_, request_info, provider = given("check_login_for_spam", arguments)
    assert (request_info, provider) == (((None, "::1"),), None)


def test_a_room_config_may_be_left_out() -> None:
    """Callers that know only the user send no more; the others' room config is theirs."""
    assert given("user_may_create_room", {"user_id": "@ann:x"}) == ["@ann:x", {}]
    arguments = {"user_id": "@ann:x", "room_config": {"preset": "private_chat"}}
    assert given("user_may_create_room", arguments) == ["@ann:x", {"preset": "private_chat"}]


def test_a_fallback_asks_on() -> None:
    """An invitation from elsewhere ends with what may be invited here, with the event's members."""
    denial = (Codes.FORBIDDEN, {"error": "no"})
    answer = post("federated_user_may_invite", {"event": EVENT}, user_may_invite=lambda *_: denial)
    assert (answer.status, answer.json["errcode"]) == (403, "M_FORBIDDEN")
    assert answer.json["error"] == "no"


@pytest.mark.parametrize(
    ("denial", "errcode", "error"),
    [
        (Codes.LIMIT_EXCEEDED, "M_LIMIT_EXCEEDED", "denied"),
        ((Codes.FORBIDDEN, {"error": "no"}), "M_FORBIDDEN", "no"),
        ("we saw that", "denied", "we saw that"),
        (True, "M_FORBIDDEN", "denied"),
        (5, "M_FORBIDDEN", "denied"),
    ],
)
def test_denials_keep_their_codes(denial: object, errcode: str, error: str) -> None:
    """A client gets the code and fields of the module's denial."""
    answer = post("check_event_for_spam", {"event": EVENT}, check_event_for_spam=lambda _: denial)
    assert (answer.status, answer.json["module"]) == (403, "checker")
    assert (answer.json["errcode"], answer.json["error"]) == (errcode, error)


def test_every_hook_is_described() -> None:
    """Also those with arguments that JSON cannot give."""
    host = build_host(categories=CATEGORIES)
    root = hooks_of(host)
    assert ask(root, "GET", "/_hostkit/hooks").status == 200
    assert ask(root, "GET", "/_hostkit/openapi.json").status == 200

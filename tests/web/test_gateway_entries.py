"""Mappings with tuples for keys over HTTP: lists of entries, each with its key and its value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookspecs import CATEGORIES, Event, LegacyThirdPartyRules, StateMap, ThirdPartyRules
from hostkit import Category, hookspec, rules
from hostkit.web.gateway import to_json
from tests.web.conftest import call, make_host
from tests.web.taker import host_for, schema_of
from tests.web.taker import post as send

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.testing import Answer

TOPIC = {
    "event_id": "$2",
    "room_id": "!r:example.org",
    "type": "m.room.topic",
    "sender": "@ann:example.org",
    "origin_server_ts": 5,
    "content": {"topic": "tea"},
    "state_key": "",
}
STATE = [{"key": ["m.room.topic", ""], "value": TOPIC}]


def read(given: Any, hint: Any) -> Any:
    """Read an argument as the gateway does."""
    host, taken = host_for(hint)
    assert send(host, it=given).status == 200
    return taken[0]


def refused(given: Any, hint: Any) -> tuple[str, str]:
    """Give the place and the reason of an argument that is refused."""
    answer = send(host_for(hint)[0], it=given)
    assert (answer.status, answer.json["errcode"]) == (400, "bad_arguments")
    place, _, message = answer.json["error"].partition(": ")
    assert place == answer.json["field"]
    return place, message.partition("; ")[0]


class Seat(NamedTuple):
    """A key whose parts have names."""

    row: int
    letter: str


@attrs.frozen
class Room:
    """A value that holds such a mapping."""

    state: Mapping[tuple[str, str], str] = attrs.field(factory=dict)


class Halls(Category):
    """Callbacks that answer with such mappings."""

    @hookspec(rules.FirstResult())
    async def find_state(self, seats: Mapping[Seat, int]) -> StateMap[str] | None:
        """Called for the state of a hall."""

    @hookspec(rules.Collect())
    async def all_state(self) -> StateMap[str]:
        """Called for the state of all halls."""


ROUND_TRIPS: list[tuple[Any, Any, Any]] = [
    (StateMap[str], {("a", ""): "x"}, [{"key": ["a", ""], "value": "x"}]),
    (StateMap[str], {}, []),
    (StateMap[str] | None, None, None),
    (StateMap[str] | None, {}, []),
    (dict[tuple[int, ...], list[int]], {(): [1]}, [{"key": [], "value": [1]}]),
    (dict[Seat, int], {Seat(1, "a"): 2}, [{"key": [1, "a"], "value": 2}]),
    (dict[str | tuple[int, int], int], {"a": 1}, [{"key": "a", "value": 1}]),
    (dict[tuple[Any, ...], int], {(1, None, "b"): 1}, [{"key": [1, None, "b"], "value": 1}]),
    (list[StateMap[str]], [{}, {("a", "b"): "c"}], [[], [{"key": ["a", "b"], "value": "c"}]]),
    (StateMap[StateMap[str]], {("a", "b"): {}}, [{"key": ["a", "b"], "value": []}]),
    (dict[str, StateMap[int]], {"x": {}}, {"x": []}),
    (Room, Room(), {"state": []}),
    (Room, Room({("a", "b"): "c"}), {"state": [{"key": ["a", "b"], "value": "c"}]}),
]


@pytest.mark.parametrize(("hint", "value", "written"), ROUND_TRIPS, ids=range(len(ROUND_TRIPS)))
def test_what_is_written_is_read_again(hint: Any, value: Any, written: Any) -> None:
    """Keys of any length and of any parts; also where the mapping is empty, or inside another."""
    assert json.loads(json.dumps(to_json(value, hint=hint))) == written
    assert read(written, hint) == value


@given(st.dictionaries(st.tuples(st.text(), st.integers(), st.booleans()), st.text()))
def test_any_mapping_is_read_again(value: dict[tuple[str, int, bool], str]) -> None:
    """Whatever the parts of its keys are."""
    hint = dict[tuple[str, int, bool], str]
    assert read(to_json(value, hint=hint), hint) == value


def test_an_empty_object_is_an_empty_mapping() -> None:
    """As it was before there were entries."""
    assert read({}, StateMap[str]) == {}


@pytest.mark.parametrize(
    ("given_", "path", "message"),
    [
        (5, "", "the number 5 is of the wrong type"),
        ({"a": 1}, "", "a mapping is of the wrong type"),
        ([5], "[0]", "the number 5 is of the wrong type"),
        ([{"value": "x"}], "[0]", "the key 'key' is missing"),
        ([{"key": ["a", "b"]}], "[0]", "the key 'value' is missing"),
        ([{"key": ["a"], "value": "x"}], "[0].key", "a list of 1 values is not allowed here"),
        ([{"key": ["a", 5], "value": "x"}], "[0].key[1]", "the number 5 is of the wrong type"),
        ([{"key": ["a", "b"], "value": 5}], "[0].value", "the number 5 is of the wrong type"),
        ([{"key": ["a", "b"], "value": "x", "z": 1}], "[0].z", "unknown key 'z'"),
        (
            [{"key": ["a", "b"], "value": "x"}] * 2,
            "[1].key",
            "the key ('a', 'b') stands twice",
        ),
    ],
)
def test_what_is_not_an_entry_is_refused(given_: Any, path: str, message: str) -> None:
    """The place says which entry, and what of it."""
    assert refused(given_, StateMap[str]) == (f"it{path}", message)


def test_a_key_must_be_one_that_can_be_looked_up() -> None:
    """A tuple of anything may hold a list, which no mapping takes for a key."""
    wrong = [{"key": [["a"]], "value": 1}]
    _, message = refused(wrong, dict[tuple[Any, ...], int])
    assert message == "a list or an object within a key cannot be looked up"


def test_what_has_no_form_is_shown_inside_entries() -> None:
    """Also inside a key; without an annotation a mapping is known by its keys."""

    class Odd:
        def __repr__(self) -> str:
            return "odd"

    value = {("a", Odd()): {(1,): Odd()}, "b": {}}
    assert to_json(value) == [
        {"key": ["a", "odd"], "value": [{"key": [1], "value": "odd"}]},
        {"key": "b", "value": {}},
    ]


def test_the_schema_describes_the_entries() -> None:
    """Each has both parts, and a key as many as the tuple; a named tuple is one as well."""
    two = {"minItems": 2, "maxItems": 2}
    for hint, kinds in (
        (StateMap[int], ["string", "string"]),
        (dict[Seat, int], ["integer", "string"]),
    ):
        assert schema_of(hint) == {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "key": {
                        "type": "array",
                        "prefixItems": [{"type": kind} for kind in kinds],
                        **two,
                    },
                    "value": {"type": "integer"},
                },
                "required": ["key", "value"],
                "additionalProperties": False,
            },
        }


def ask(
    category: type[Category], hook: str, callback: Callable[..., Any], arguments: dict[str, Any]
) -> Answer:
    """Call a hook that a module answers so."""
    known = [category if each.name == category.name else each for each in CATEGORIES]
    categories = known if category in known else [category]
    host = make_host(*categories, name="noting", **{hook: callback})
    return call(host, f"{category.name}.{hook}", **arguments)


@pytest.mark.parametrize(
    ("category", "hook", "arguments", "answer"),
    [
        (ThirdPartyRules, "check_event_allowed", {"event": TOPIC}, (True, None)),
        (LegacyThirdPartyRules, "check_event_allowed", {"event": TOPIC}, (True, None)),
        (
            ThirdPartyRules,
            "check_threepid_can_be_invited",
            {"medium": "email", "address": "a@example.org"},
            True,
        ),
        (
            ThirdPartyRules,
            "check_visibility_can_be_modified",
            {"room_id": "!r:example.org", "new_visibility": "public"},
            True,
        ),
        (ThirdPartyRules, "on_new_event", {"event": TOPIC}, None),
    ],
)
@pytest.mark.parametrize("state", [STATE, [], {}])
def test_the_state_of_a_room_can_be_sent(
    category: type[Category], hook: str, arguments: dict[str, Any], answer: Any, state: Any
) -> None:
    """To each hook that is given one: modules look an event up by its type and state key."""
    states: list[StateMap[Event]] = []

    def note(*values: Any) -> Any:
        states.extend(value for value in values if isinstance(value, dict))
        return answer

    sent = {**arguments, "state_events": state}
    assert ask(category, hook, note, sent).status == 200
    (found,) = states
    assert list(found) == ([("m.room.topic", "")] if state else [])
    if state:
        event = found["m.room.topic", ""]
        assert (event.sender, event.content["topic"], event.is_state()) == (
            "@ann:example.org",
            "tea",
            True,
        )


def test_an_entry_that_is_wrong_is_named() -> None:
    """A client gets the place, as for any other argument."""
    wrong = [*STATE, {"key": ["m.room.name"], "value": TOPIC}]
    sent = {"event": TOPIC, "state_events": wrong}
    answer = ask(ThirdPartyRules, "on_new_event", lambda *_: None, sent)
    assert (answer.status, answer.json["field"]) == (400, "state_events[1].key")


@pytest.mark.parametrize(
    ("given_", "written"),
    [({("a", "b"): "c"}, [{"key": ["a", "b"], "value": "c"}]), ({}, []), (None, None)],
)
def test_results_are_entries(given_: Any, written: Any) -> None:
    """Also empty ones, as the annotation of the hook says."""
    seats = [{"key": [1, "a"], "value": 5}]
    answer = ask(
        Halls, "find_state", lambda found: given_ if found == {(1, "a"): 5} else 0, {"seats": seats}
    )
    assert answer.json == {"result": written}
    answer = ask(Halls, "all_state", lambda: given_ or {}, {})
    assert answer.json == {"result": [written or []]}

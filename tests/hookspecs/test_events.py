"""Events that modules have replaced, and events that were delivered to other servers."""

from __future__ import annotations

import copy
from typing import Any

import attrs
import pytest

from hookspecs import (
    Event,
    FederatedEventDeliveryMethod,
    FederationEventDeliveryEvent,
    ReplacedEvent,
)

from .rooms import MESSAGE, TOPIC, saying


def replaced(**fields: Any) -> Any:
    """Replace a message."""
    return ReplacedEvent(MESSAGE, saying("ho", **fields))


def test_a_replaced_event_says_what_its_fields_say() -> None:
    """What a module can change is read from them, however it is asked for."""
    event = replaced(sender="@bob:hs", origin_server_ts=9)
    assert (event.sender, event.origin_server_ts, event.content) == ("@bob:hs", 9, {"body": "ho"})
    assert (event["sender"], event.get("sender")) == ("@bob:hs", "@bob:hs")
    assert "sender" in event


def test_the_rest_is_as_it_was() -> None:
    """Also what only this host knows of its events."""
    event = replaced()
    for name in ("event_id", "room_id", "type", "depth"):
        assert getattr(MESSAGE, name) == getattr(event, name)
    assert (event.get_state_key(), event.is_state()) == (None, False)


def test_a_time_that_is_left_out_is_as_it_was() -> None:
    """The host sets it anyway."""
    fields = saying("ho")
    del fields["origin_server_ts"]
    assert MESSAGE.origin_server_ts == ReplacedEvent(MESSAGE, fields).origin_server_ts


def test_a_new_field_is_an_attribute_too() -> None:
    """As the host's own events may have it, such as what a redaction redacts."""
    assert replaced(redacts="$5").redacts == "$5"


def test_an_unknown_field_is_missing() -> None:
    """As with other objects, or with what a default is given for."""
    event = replaced()
    for name in ("redacts", "_private"):
        with pytest.raises(AttributeError, match=name):
            getattr(event, name)
    with pytest.raises(KeyError):
        event["redacts"]
    assert (event.get("redacts"), event.get("redacts", 5)) == (None, 5)
    assert "redacts" not in event


def test_an_event_that_sets_no_state_has_no_state_key() -> None:
    """The attribute is missing, as the protocol says."""
    assert not hasattr(replaced(), "state_key")
    assert not hasattr(replaced(state_key=None), "state_key")


def test_an_event_that_sets_state_keeps_its_key() -> None:
    """Type and key say which state it is."""
    event = ReplacedEvent(TOPIC, {**TOPIC.get_dict(), "content": {"topic": "tulips"}})
    assert (event.state_key, event.get_state_key(), event.is_state()) == ("", "", True)
    assert event.content == {"topic": "tulips"}


def test_the_dict_of_an_event_is_a_copy() -> None:
    """Who changes it changes nothing for the others."""
    event: Any = replaced(unsigned={"age": 5})
    event.get_dict()["content"]["body"] = event.get_dict()["unsigned"]["age"] = "changed"
    assert saying("ho", unsigned={"age": 5}) == event.get_dict()
    assert (event.get("nothing", "none"), event.content) == ("none", {"body": "ho"})


def test_the_event_has_fields_of_its_own() -> None:
    """What becomes of the dict that it was made from does not matter."""
    fields = saying("ho")
    event = ReplacedEvent(MESSAGE, fields)
    fields["content"]["body"] = "changed"
    assert event.content == {"body": "ho"}


def test_an_event_can_be_replaced_again() -> None:
    """What was replaced before, and what never was, is found through both."""
    again: Any = ReplacedEvent(replaced(redacts="$5"), saying("again", sender="@bob:hs"))
    assert (again.sender, again.content, again.depth) == ("@bob:hs", {"body": "again"}, 7)
    assert again.event_id == "$1"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy])
def test_a_replaced_event_can_be_copied(again: Any) -> None:
    """A module in shadow mode gets a copy."""
    event = again(replaced())
    assert (saying("ho"), 7) == (event.get_dict(), event.depth)


def test_a_replaced_event_is_an_event() -> None:
    """It has all that modules may ask an event for."""
    event: Event = ReplacedEvent(TOPIC, TOPIC.get_dict())
    names = [name for name in vars(Event) if not name.startswith("_")]
    assert [name for name in names if not hasattr(event, name)] == []


def test_a_delivery_says_what_went_where_and_how() -> None:
    """A module that is notified of it cannot change it."""
    method = FederatedEventDeliveryMethod.SEND
    delivery = FederationEventDeliveryEvent("away", (MESSAGE,), method)
    assert (
        delivery.server_name,
        delivery.events,
        delivery.method,
    ) == ("away", (MESSAGE,), "/send")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        delivery.server_name = "here"  # type: ignore[misc]


def test_a_way_of_delivery_is_named_as_its_endpoint() -> None:
    """It is a string, for the label of a metric, for example."""
    for method in FederatedEventDeliveryMethod:
        assert str(method) == f"/{method.name.lower()}"


def test_events_are_compared_by_their_fields() -> None:
    """Two replacements by the same fields are one."""
    first, second = (ReplacedEvent(MESSAGE, saying("ho")) for _ in range(2))
    assert first == second
    assert first != ReplacedEvent(MESSAGE, saying("hi"))
    assert first != MESSAGE
    assert len({first, second}) == 2

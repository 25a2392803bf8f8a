"""What derives from the content of an event that a module has replaced, and what is in it."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from hookspecs import ReplacedEvent

from .rooms import MESSAGE, FakeMessage, saying

INVITE: Final = {
    "membership": "invite",
    "displayname": "Ben",
    "m.relates_to": {"rel_type": "m.reference", "event_id": "$5"},
}
BAN: Final[dict[str, Any]] = {
    "membership": "ban",
    "reason": "spam",
    "redacts": "$new",
    "m.relates_to": {"rel_type": "m.thread"},
}


class Computed(FakeMessage):
    """An event of a host that computes what derives from the content."""

    @property
    def membership(self) -> Any:
        return self.content["membership"]

    @property
    def reason(self) -> Any:
        return self.content["reason"]

    @property
    def redacts(self) -> Any:
        return self.content.get("redacts")

    @property
    def relates_to(self) -> Any:
        return self.content.get("m.relates_to")

    @functools.cached_property
    def rel_type(self) -> Any:
        return self.content["m.relates_to"]["rel_type"]

    @property
    def displayname(self) -> Any:
        return self.content.get("displayname")

    def describe(self, when: str) -> str:
        return f"{self.reason} {when}"

    _facts: Final = {"depth": 7}

    def facts(self) -> dict[str, int]:
        return self._facts


class Stored(FakeMessage):
    """An event of a host that takes everything out of the content once."""

    def __init__(self) -> None:
        super().__init__(content=INVITE)
        vars(self).update(INVITE, reason=None, redacts=None)
        vars(self).update(rel_type="m.reference", relates_to=INVITE["m.relates_to"])


class Private(FakeMessage):
    """An event of a host with properties for what it has taken out of the content."""

    def __init__(self) -> None:
        super().__init__(content=INVITE)
        vars(self).update(_reason=None, _redacts=None, _membership="invite", _displayname="Ben")
        vars(self).update(_rel_type="m.reference", _relates_to=INVITE["m.relates_to"])

    membership = property(lambda self: self._membership)
    reason = property(lambda self: self._reason)
    redacts = property(lambda self: self._redacts)
    displayname = property(lambda self: self._displayname)
    rel_type = property(lambda self: self._rel_type)
    relates_to = property(lambda self: self._relates_to)


def with_content(event: Any, content: dict[str, Any]) -> Any:
    """Replace the content of an event."""
    return ReplacedEvent(event, {**event.get_dict(), "content": content})


@pytest.mark.parametrize("event", [Computed(content=INVITE), Stored(), Private()], ids=type)
def test_what_derives_from_the_content_follows_it(event: Any) -> None:
    """However a host's event keeps it: a ban never passes for the invitation that it was."""
    assert (event.membership, event.rel_type) == ("invite", "m.reference")
    for found in (with_content(event, BAN), with_content(with_content(event, INVITE), BAN)):
        assert (found.membership, found.reason, found.redacts) == ("ban", "spam", "$new")
        assert (found.rel_type, found.relates_to) == ("m.thread", BAN["m.relates_to"])
        assert found.displayname is None
        assert (found.user_id, found.depth) == (event.sender, 7)


def test_methods_of_a_host_see_the_replaced_event() -> None:
    """Except those that read what its events keep for themselves."""
    event = with_content(Computed(content=INVITE), BAN)
    assert event.describe("now") == "spam now"
    assert event.facts() == {"depth": 7}


def test_what_the_new_content_lacks_is_not_taken_from_the_old_one() -> None:
    """A host's property fails as it does for such an event."""
    event = with_content(Computed(content=INVITE), {})
    with pytest.raises(KeyError, match="rel"):
        _ = event.rel_type
    assert (event.membership, event.displayname) == (None, None)


def test_an_event_is_read_only_at_any_depth() -> None:
    """A module that tries to change it fails, also in what is nested in it."""
    content = {"body": {"parts": [{"text": "ho"}]}, "tags": ["a"]}
    event: Any = ReplacedEvent(MESSAGE, saying("ho", content=content, unsigned={"age": 5}))
    changes: list[Callable[[], object]] = [
        lambda: event.content.update(body="changed"),
        lambda: event["content"].pop("body"),
        lambda: event.get("content").clear(),
        lambda: event.content["body"].setdefault("more", 1),
        lambda: event.content["body"]["parts"].append("more"),
        event.content["body"]["parts"][0].popitem,
        event.content["tags"].sort,
        lambda: event.unsigned.update(age=7),
    ]
    for change in changes:
        with pytest.raises(TypeError, match="is read-only, since others are given the same one"):
            change()
    with pytest.raises(AttributeError, match="'sender' cannot be set: an event is read-only"):
        event.sender = "@eve:hs"
    assert (event.content, event.unsigned) == (content, {"age": 5})


def test_a_content_consists_of_dicts_and_lists() -> None:
    """Modules test for them, and write them as JSON."""
    content = {"body": {"parts": [{"text": "ho"}]}}
    found = with_content(MESSAGE, content).content
    assert isinstance(found, dict)
    assert isinstance(found["body"]["parts"], list)
    assert isinstance(found["body"]["parts"][0], dict)
    assert json.loads(json.dumps(found)) == content


def test_a_replaced_event_is_a_mapping_of_its_fields() -> None:
    """As modules know it from the homeserver's events."""
    event = ReplacedEvent(MESSAGE, saying("ho"))
    assert (dict(event.items()), set(event.keys())) == (event.get_dict(), set(event.get_dict()))

"""`ReplacedEvent`: an event as a module wants it to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, final

from hookspecs.vocabulary._json import copy_json
from hookspecs.vocabulary._user_id import UserID

if TYPE_CHECKING:
    from hookspecs.vocabulary._event import Event
    from hookspecs.vocabulary._json import JsonDict, JsonMapping


@final
class ReplacedEvent:
    """An event of which a module has replaced the fields.

    What the fields do not say, such as the event's id or anything else the host knows of it, is as
    it was. Nobody can change it: what it gives is copied each time.

    Args:
        event: The event as it was.
        fields: The whole event as a JSON object, as the module wants it.

    Raises:
        TypeError: The fields are no JSON object.
        ValueError: Room, type or state key are not as they were, the sender is of another server,
            the time is none, or there is no content.
    """

    def __init__(self, event: Event, fields: JsonDict) -> None:
        _check_same(event, fields)
        self._event = event
        self._fields: JsonDict = copy_json(fields)

    @property
    def event_id(self) -> str:
        """What the event is referred to by; the host will give it another one."""
        return self._event.event_id

    @property
    def room_id(self) -> str:
        """The room it happens in."""
        return self._event.room_id

    @property
    def type(self) -> str:
        """What kind of event it is."""
        return self._event.type

    @property
    def sender(self) -> str:
        """The user id of who sends it."""
        sender: str = self._fields["sender"]
        return sender

    @property
    def origin_server_ts(self) -> int:
        """When it is said to be sent, in milliseconds since the epoch."""
        time: int = self._fields.get("origin_server_ts", self._event.origin_server_ts)
        return time

    @property
    def content(self) -> JsonMapping:
        """What it says."""
        content: JsonMapping = copy_json(self._fields["content"])
        return content

    @property
    def state_key(self) -> str:
        """Which state of its type it sets; an event that sets none has no such attribute."""
        return self._event.state_key

    def get_state_key(self) -> str | None:
        """The state key, or `None` if it sets no state."""
        return self._event.get_state_key()

    def is_state(self) -> bool:
        """Whether it sets state of the room."""
        return self._event.is_state()

    def get_dict(self) -> JsonDict:
        """The whole event as a JSON object, which the caller may change."""
        fields: JsonDict = copy_json(self._fields)
        return fields

    def get(self, key: str, default: Any = None) -> Any:
        """A field, as the events of some hosts give it."""
        return copy_json(self._fields[key]) if key in self._fields else default

    def __getitem__(self, key: str) -> Any:
        return copy_json(self._fields[key])

    def __contains__(self, key: object) -> bool:
        return key in self._fields

    def __getattr__(self, name: str) -> Any:
        # Names with an underscore are asked by `copy` and others before there is anything to ask,
        # and the state key is missing, or it would have been found before.
        if name.startswith("_") or name == "state_key":
            raise AttributeError(name)
        return self[name] if name in self else getattr(self._event, name)


def _check_same(event: Event, fields: JsonDict) -> None:
    was = {"room_id": event.room_id, "type": event.type, "state_key": event.get_state_key()}
    for name, value in was.items():
        # A host may leave out of its dicts what they say elsewhere.
        if fields.get(name) != value and (name in fields or name in event.get_dict()):
            raise ValueError(f"its {name} must stay {value!r}, not become {fields.get(name)!r}")
    server, sender = _server(event.sender), fields.get("sender")
    if not isinstance(sender, str) or not UserID.is_valid(sender) or _server(sender) != server:
        raise ValueError(f"its sender must stay a user of {server}, not become {sender!r}")
    if not isinstance(fields.get("content"), Mapping):
        raise ValueError("it must have a content")  # noqa: TRY004 -- one kind for all of them
    if type(fields.get("origin_server_ts", 0)) is not int:
        raise ValueError("its origin_server_ts is a number of milliseconds")


def _server(user_id: str) -> str:
    return UserID.from_string(user_id).domain

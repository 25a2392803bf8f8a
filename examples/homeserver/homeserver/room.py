"""`Room`, and the `Event` objects in it."""

import copy
import secrets
import time
from types import MappingProxyType

import attrs

import hookspecs
from hookspecs import Codes, JsonDict, JsonMapping, StateMap
from hostkit.web import HttpError


def now_ms() -> int:
    """The current time, in milliseconds since the epoch."""
    return int(time.time() * 1000)


def _own(content: JsonMapping) -> JsonMapping:
    """Copy the content of an event into a read-only mapping."""
    return MappingProxyType(copy.deepcopy(dict(content)))


@attrs.frozen(eq=False)
class Event(hookspecs.Event):
    """An event in a room, as modules see it."""

    room_id: str
    type: str
    sender: str
    content: JsonMapping = attrs.field(converter=_own)
    _state_key: str | None = None
    origin_server_ts: int = attrs.field(factory=now_ms)
    event_id: str = attrs.field(factory=lambda: f"${secrets.token_urlsafe(16)}")

    @property
    def state_key(self) -> str:
        """Which state of its type it sets; the attribute is missing if it sets none."""
        if self._state_key is None:
            raise AttributeError("state_key")
        return self._state_key

    def get_dict(self) -> JsonDict:
        """The whole event as a JSON object, which the caller may change."""
        names = ("event_id", "room_id", "type", "sender", "origin_server_ts")
        fields = {name: getattr(self, name) for name in names}
        fields["content"] = copy.deepcopy(dict(self.content))
        return fields | ({"state_key": self._state_key} if self.is_state() else {})


@attrs.define
class Room:
    """A room: its events in order, and the state that results from them."""

    room_id: str
    timeline: list[Event] = attrs.field(factory=list)
    _state: dict[tuple[str, str], Event] = attrs.field(factory=dict)

    @property
    def state(self) -> StateMap[Event]:
        """A snapshot of the state; later events do not change it."""
        return MappingProxyType(dict(self._state))

    def add(self, event: Event) -> None:
        """Store an event."""
        self.timeline.append(event)
        if event.is_state():
            self._state[event.type, event.state_key] = event

    def membership(self, user_id: str) -> str | None:
        """Whether a user has joined (``"join"``), is invited (``"invite"``), or neither."""
        event = self._state.get(("m.room.member", user_id))
        return None if event is None else event.content.get("membership")

    def check_joined(self, user_id: str) -> None:
        """Refuse a request if a user is not in the room."""
        if self.membership(user_id) != "join":
            raise HttpError(403, Codes.FORBIDDEN, f"{user_id} is not in {self.room_id}")

"""`Room`: where users talk, and `Event`: what happens there."""

import copy
import secrets
import time
from types import MappingProxyType

import attrs

import hookspecs
from hookspecs import Codes, JsonDict, JsonMapping, StateMap
from hostkit.web import HttpError


def now_ms() -> int:
    """Tell the time, in milliseconds since the epoch."""
    return int(time.time() * 1000)


def _own(content: JsonMapping) -> JsonMapping:
    """Copy what an event says, so that nobody changes it later."""
    return MappingProxyType(copy.deepcopy(dict(content)))


@attrs.frozen(eq=False)
class Event(hookspecs.Event):
    """What happens in a room, as modules see it."""

    room_id: str
    type: str
    sender: str
    content: JsonMapping = attrs.field(converter=_own)
    _state_key: str | None = None
    origin_server_ts: int = attrs.field(factory=now_ms)
    event_id: str = attrs.field(factory=lambda: f"${secrets.token_urlsafe(16)}")

    @property
    def state_key(self) -> str:
        """Which state of its type it sets; an event that sets none has no such attribute."""
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
    """Where users talk: what happened there, and the state that came of it."""

    room_id: str
    timeline: list[Event] = attrs.field(factory=list)
    _state: dict[tuple[str, str], Event] = attrs.field(factory=dict)

    @property
    def state(self) -> StateMap[Event]:
        """The state as it is now; later events do not change what is given here."""
        return MappingProxyType(dict(self._state))

    def add(self, event: Event) -> None:
        """Store an event."""
        self.timeline.append(event)
        if event.is_state():
            self._state[event.type, event.state_key] = event

    def membership(self, user_id: str) -> str | None:
        """Tell whether a user has joined (``"join"``), is invited (``"invite"``), or neither."""
        event = self._state.get(("m.room.member", user_id))
        return None if event is None else event.content.get("membership")

    def check_joined(self, user_id: str) -> None:
        """Refuse a request if a user is not in the room."""
        if self.membership(user_id) != "join":
            raise HttpError(403, Codes.FORBIDDEN, f"{user_id} is not in {self.room_id}")

"""`Room`: where users talk."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from homeserver.event import Event
    from hookspecs import StateMap


@attrs.define
class Room:
    """Where users talk: what happened there, and the state that came of it."""

    room_id: str
    _timeline: list[Event] = attrs.field(factory=list)
    _state: dict[tuple[str, str], Event] = attrs.field(factory=dict)
    _hidden: set[str] = attrs.field(factory=set)

    @property
    def state(self) -> StateMap[Event]:
        """The state as it is now; later events do not change what is given here."""
        return MappingProxyType(dict(self._state))

    def membership(self, user_id: str) -> str | None:
        """Tell whether a user has joined (``"join"``), is invited, or is neither."""
        event = self._state.get(("m.room.member", user_id))
        return None if event is None else event.content.get("membership")

    @property
    def is_public(self) -> bool:
        """Whether anybody may join without an invitation."""
        event = self._state.get(("m.room.join_rules", ""))
        return event is not None and event.content.get("join_rule") == "public"

    def add(self, event: Event) -> None:
        """Store an event."""
        self._timeline.append(event)
        if event.is_state():
            self._state[event.type, event.state_key] = event

    def add_hidden(self, event: Event) -> None:
        """Store an event that only its sender ever sees."""
        self._timeline.append(event)
        self._hidden.add(event.event_id)

    def seen_by(self, user_id: str) -> list[Event]:
        """List the events that a user may see, the oldest first."""
        return [
            event
            for event in self._timeline
            if event.sender == user_id or event.event_id not in self._hidden
        ]

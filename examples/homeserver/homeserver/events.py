"""`Events`: how events come into being."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from homeserver.refusal import refuse
from hookspecs import Codes, HomeserverError

if TYPE_CHECKING:
    from homeserver.event import Event
    from homeserver.modules import Modules
    from homeserver.room import Room


@attrs.frozen
class Events:
    """Checks events, stores them, and tells modules of them."""

    _modules: Modules

    async def check_allowed(self, room: Room, event: Event) -> Event:
        """Ask whether an event is allowed; all events come through here.

        Returns:
            The event, or the one that a module has replaced it with.

        Raises:
            HomeserverError: A module has refused it.
            ModuleFailedError: A module could not tell: the event is neither allowed nor refused.
        """
        # To give modules the state means loading it from the database, in a larger homeserver: it
        # first looks whether any module wants to be asked.
        if not bool(self._modules.rules.check_event_allowed):
            return event
        is_allowed, fields = await self._modules.rules.check_event_allowed(event, room.state)
        if not is_allowed:
            text = "This event is not allowed in this context"
            raise HomeserverError(403, text, Codes.FORBIDDEN)
        if fields is None:
            return event
        replaced = event.replaced(fields)
        if replaced.sender != event.sender:
            check_joined(room, replaced.sender)
        return replaced

    async def check_spam(self, event: Event) -> None:
        """Ask whether an event is spam: what users write, not how they come and go.

        Raises:
            HomeserverError: A module takes it for spam.
        """
        verdict = await self._modules.spam.check_event_for_spam(event)
        refuse(verdict, "This message has been rejected as probable spam")

    async def announce(self, room: Room, event: Event) -> None:
        """Tell modules of an event that was stored, before any client hears of it."""
        if bool(self._modules.rules.on_new_event):
            await self._modules.rules.on_new_event(event, room.state)

    async def add(self, room: Room, event: Event) -> Event:
        """Check who comes or goes, store it and tell modules.

        Returns:
            What was stored.
        """
        event = await self.check_allowed(room, event)
        room.add(event)
        await self.announce(room, event)
        return event

    async def send(self, room: Room, event: Event) -> Event:
        """Check what somebody writes, store it and tell modules.

        Returns:
            What was stored.
        """
        event = await self.check_allowed(room, event)
        await self.check_spam(event)
        room.add(event)
        await self.announce(room, event)
        return event


def check_joined(room: Room, user_id: str) -> None:
    """Make sure that a user is in a room.

    Raises:
        HomeserverError: It is not so.
    """
    if room.membership(user_id) != "join":
        raise HomeserverError(403, f"User {user_id} not in room {room.room_id}", Codes.FORBIDDEN)

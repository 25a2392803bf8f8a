"""`Store`: everything the homeserver remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from hookspecs import Codes, HomeserverError

if TYPE_CHECKING:
    from homeserver.account import Account
    from homeserver.room import Room
    from homeserver.session import Session


@attrs.define
class Store:
    """Everything the homeserver remembers, until it stops."""

    server_name: str
    accounts: dict[str, Account] = attrs.field(factory=dict)
    sessions: dict[str, Session] = attrs.field(factory=dict)
    rooms: dict[str, Room] = attrs.field(factory=dict)

    def add_account(self, account: Account) -> None:
        """Add an account.

        Raises:
            HomeserverError: There is one with this user id.
        """
        if account.user_id in self.accounts:
            raise HomeserverError(400, "User ID already taken.", Codes.USER_IN_USE)
        self.accounts[account.user_id] = account

    def room(self, room_id: str) -> Room:
        """Find a room.

        Raises:
            HomeserverError: There is none with this id.
        """
        if room_id not in self.rooms:
            raise HomeserverError(404, "No such room", Codes.NOT_FOUND)
        return self.rooms[room_id]

    def rooms_of(self, user_id: str, membership: str = "join") -> list[Room]:
        """List the rooms of a user."""
        return [room for room in self.rooms.values() if room.membership(user_id) == membership]

    def share_a_room(self, user_id: str) -> set[str]:
        """List the users, with the user, who have joined a room that the user has joined."""
        rooms = self.rooms_of(user_id)
        return {
            each for each in self.accounts if any(room.membership(each) == "join" for room in rooms)
        }

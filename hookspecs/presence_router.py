"""`PresenceRouter`: who is told about the presence of whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, final

from hookspecs.readings import merge_interest, merge_routes, read_interest, read_routes
from hookspecs.vocabulary import PRESENCE_ALL_USERS, UserPresenceState
from hostkit import Category, hookspec, rules

_ROUTES: Final = rules.Merge(combine=merge_routes, read=read_routes, on_error="continue")
_INTEREST: Final = rules.Merge(
    combine=merge_interest, read=read_interest, stop_at=PRESENCE_ALL_USERS, on_error="continue"
)


@final
class PresenceRouter(Category):
    """Callbacks that have presence told to more users than those who share a room.

    A module registers for both hooks, or for neither.
    """

    @hookspec(_ROUTES, added="1.42", requires=("get_interested_users",), shield=True)
    async def get_users_for_states(
        self, state_updates: Iterable[UserPresenceState]
    ) -> dict[str, set[UserPresenceState]]:
        """Called when the presence of users has changed.

        The answer is a dict with the user ids of those who are to be told, and for each of them a
        set of the states to tell.

        All modules are asked, and their answers are merged: each user is told what any of them
        says. Without any the result is `{}`.

        An exception, or an answer that is not a dict of sets, is logged and skipped as a whole, and
        the next module is asked.
        """

    @hookspec(_INTEREST, added="1.42", requires=("get_users_for_states",), shield=True)
    async def get_interested_users(self, user_id: str) -> set[str] | Literal["ALL"]:
        """Called when the host needs to know whose presence a user is told.

        The answer is a set of the user ids of those whose presence goes to the user, or
        `PRESENCE_ALL_USERS`.

        All modules are asked, and their sets are put together. `PRESENCE_ALL_USERS` is the result
        at once, and no further module is asked. Without any the result is an empty set.

        An exception, or any other answer, is logged and skipped, and the next module is asked.
        """

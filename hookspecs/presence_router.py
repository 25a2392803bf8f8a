"""`PresenceRouter`: who receives the presence of whom."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import Any, Final, Literal, Self, final

import attrs

from hostkit import Category, hookspec, rules

PRESENCE_ALL_USERS: Final = "ALL"
"""What a presence router answers instead of a set of user ids, to mean all users."""


@final
@attrs.frozen
class UserPresenceState:
    """The presence of one user at one time.

    All times are milliseconds since the epoch; 0 means never.

    Attributes:
        user_id: Whose presence it is.
        state: ``"online"``, ``"unavailable"``, ``"offline"`` or ``"busy"``.
        last_active_ts: When the user last did something.
        last_federation_update_ts: When the state was last sent to, or received from, other servers.
        last_user_sync_ts: When a client of the user last asked for news.
        status_msg: What the user says about it.
        currently_active: Whether the user is doing something right now.
    """

    user_id: str
    state: str
    last_active_ts: int
    last_federation_update_ts: int
    last_user_sync_ts: int
    status_msg: str | None
    currently_active: bool

    @classmethod
    def default(cls, user_id: str) -> Self:
        """Make the state of a user who was never seen.

        Args:
            user_id: The user.
        """
        return cls(user_id, "offline", 0, 0, 0, None, currently_active=False)

    def as_dict(self) -> dict[str, Any]:
        """Make a dict of the attributes."""
        return attrs.asdict(self)

    def copy_and_replace(self, **changes: Any) -> Self:
        """Make a state that differs in some attributes.

        Args:
            changes: The attributes that differ.
        """
        return attrs.evolve(self, **changes)


def read_routes(value: Any) -> dict[str, AbstractSet[UserPresenceState]]:
    """Take a dict of sets, as a whole.

    Raises:
        TypeError: It is not a dict, or one of its values is not a set.
    """
    # Checked before anything is merged: an answer counts as a whole or not at all.
    if not isinstance(value, dict):
        raise TypeError("an answer is a dict of user ids and sets")
    for user_id, states in value.items():
        if not isinstance(states, set | frozenset):
            raise TypeError(f"the value for {user_id!r} must be a set")
    return value


def read_interest(value: Any) -> AbstractSet[str] | Literal["ALL"]:
    """Take a set, or the token for all users.

    Raises:
        TypeError: It is neither.
    """
    if isinstance(value, set | frozenset):
        return value
    word = value.value if isinstance(value, Enum) else value
    if isinstance(word, str) and word == PRESENCE_ALL_USERS:
        return PRESENCE_ALL_USERS
    raise TypeError("an answer is a set of user ids, or PRESENCE_ALL_USERS")


def merge_routes(
    answers: list[dict[str, AbstractSet[UserPresenceState]]],
) -> dict[str, set[UserPresenceState]]:
    """Unite, for each user, the states that are routed to them."""
    merged: dict[str, set[UserPresenceState]] = {}
    for answer in answers:
        for user_id, states in answer.items():
            merged.setdefault(user_id, set()).update(states)
    return merged


def merge_interest(answers: list[AbstractSet[str]]) -> set[str]:
    """Unite the sets."""
    return set().union(*answers)


_ROUTES: Final = rules.Merge(combine=merge_routes, read=read_routes, on_error="continue")
# Nothing can be added to all users, so the token ends the call.
_INTEREST: Final = rules.Merge(
    combine=merge_interest, read=read_interest, stop_at=PRESENCE_ALL_USERS, on_error="continue"
)


@final
class PresenceRouter(Category):
    """Callbacks that send presence to more users than those who share a room.

    A module registers for both hooks, or for neither.
    """

    @hookspec(_ROUTES, added="1.42", requires=("get_interested_users",), shield=True)
    async def get_users_for_states(
        self, state_updates: Iterable[UserPresenceState]
    ) -> dict[str, set[UserPresenceState]]:
        """Called when the presence of users has changed.

        The answer is a dict that maps the ids of users to the set of states that each of them
        receives.

        All modules are asked, and their answers are merged: each user receives what any of them
        gives. Without any the result is `{}`.

        An exception, or an answer that is not a dict of sets, is logged and skipped as a whole, and
        the next module is asked.
        """

    @hookspec(_INTEREST, added="1.42", requires=("get_users_for_states",), shield=True)
    async def get_interested_users(self, user_id: str) -> set[str] | Literal["ALL"]:
        """Called when the host needs to know whose presence a user receives.

        The answer is a set of the ids of users whose presence goes to the user, or
        `PRESENCE_ALL_USERS`.

        All modules are asked, and their sets are united. `PRESENCE_ALL_USERS` is the result at
        once, and no further module is asked. Without any the result is an empty set.

        An exception, or any other answer, is logged and skipped, and the next module is asked.
        """

"""What the answers of presence routers mean, and how they are put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from hookspecs.vocabulary import PRESENCE_ALL_USERS

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from hookspecs.vocabulary import UserPresenceState


def read_routes(value: Any) -> dict[str, AbstractSet[UserPresenceState]]:
    """Take a dict of sets, as a whole.

    Raises:
        TypeError: It is no dict, or one of its values is no set.
    """
    if not isinstance(value, dict):
        raise TypeError("an answer is a dict of user ids and sets")
    for user_id, states in value.items():
        if not isinstance(states, set | frozenset):
            raise TypeError(f"what is for {user_id!r} must be a set")
    return value


def read_interest(value: Any) -> AbstractSet[str] | Literal["ALL"]:
    """Take a set, or the token for all users.

    Raises:
        TypeError: It is neither.
    """
    if isinstance(value, set | frozenset):
        return value
    if isinstance(value, str) and value == PRESENCE_ALL_USERS:
        return PRESENCE_ALL_USERS
    raise TypeError("an answer is a set of user ids, or PRESENCE_ALL_USERS")


def merge_routes(
    answers: list[dict[str, AbstractSet[UserPresenceState]]],
) -> dict[str, set[UserPresenceState]]:
    """For each user, put together what is routed to them."""
    merged: dict[str, set[UserPresenceState]] = {}
    for answer in answers:
        for user_id, states in answer.items():
            merged.setdefault(user_id, set()).update(states)
    return merged


def merge_interest(answers: list[AbstractSet[str]]) -> set[str]:
    """Put the sets together."""
    return set().union(*answers)

"""`UserProfile`: a user among the results of a search."""

from __future__ import annotations

from typing import TypedDict


class UserProfile(TypedDict):
    """A user among the results of a search in the user directory."""

    user_id: str
    display_name: str | None
    avatar_url: str | None

"""The categories of a Matrix homeserver's module API, as hostkit hookspecs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hookspecs.account_data import AccountData
from hookspecs.account_validity import AccountValidity
from hookspecs.federation import Federation
from hookspecs.media_repository import MediaRepository
from hookspecs.paths import RECOMMENDED_PATH, RESERVED_PATHS
from hookspecs.ratelimit import Ratelimit
from hookspecs.spam_checker import SpamChecker
from hookspecs.unsigned_fields import UnsignedFields
from hookspecs.vocabulary import (
    NOT_SPAM,
    PRESENCE_ALL_USERS,
    Codes,
    Event,
    FileInfo,
    JsonDict,
    JsonMapping,
    LoginResponse,
    MediaUploadLimit,
    ProfileInfo,
    RatelimitOverride,
    ReadableFileWrapper,
    RegistrationBehaviour,
    Requester,
    RoomAlias,
    StateMap,
    UserID,
    UserPresenceState,
    UserProfile,
)

if TYPE_CHECKING:
    from hostkit import Category

__all__ = [
    "CATEGORIES",
    "NOT_SPAM",
    "PRESENCE_ALL_USERS",
    "RECOMMENDED_PATH",
    "RESERVED_PATHS",
    "AccountData",
    "AccountValidity",
    "Codes",
    "Event",
    "Federation",
    "FileInfo",
    "JsonDict",
    "JsonMapping",
    "LoginResponse",
    "MediaRepository",
    "MediaUploadLimit",
    "ProfileInfo",
    "Ratelimit",
    "RatelimitOverride",
    "ReadableFileWrapper",
    "RegistrationBehaviour",
    "Requester",
    "RoomAlias",
    "SpamChecker",
    "StateMap",
    "UnsignedFields",
    "UserID",
    "UserPresenceState",
    "UserProfile",
]

CATEGORIES: Final[tuple[type[Category], ...]] = (
    SpamChecker,
    AccountValidity,
    MediaRepository,
    Ratelimit,
    AccountData,
    UnsignedFields,
    Federation,
)
"""All categories of the homeserver, in the order of its documentation."""

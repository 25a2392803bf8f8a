"""The categories of a Matrix homeserver's module API, as hostkit hookspecs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hookspecs.account_data import AccountData
from hookspecs.account_validity import AccountValidity
from hookspecs.background_update_controller import BackgroundUpdateController
from hookspecs.federation import Federation
from hookspecs.media_repository import MediaRepository
from hookspecs.password_auth_provider import PasswordAuthProvider
from hookspecs.paths import RECOMMENDED_PATH, RESERVED_PATHS
from hookspecs.presence_router import PresenceRouter
from hookspecs.ratelimit import Ratelimit
from hookspecs.spam_checker import SpamChecker
from hookspecs.third_party_rules import LegacyThirdPartyRules, ThirdPartyRules
from hookspecs.unsigned_fields import UnsignedFields
from hookspecs.vocabulary import (
    NOT_SPAM,
    PRESENCE_ALL_USERS,
    Codes,
    Event,
    FederatedEventDeliveryMethod,
    FederationEventDeliveryEvent,
    FileInfo,
    HomeserverError,
    JsonDict,
    JsonMapping,
    Login,
    LoginResponse,
    MediaUploadLimit,
    ProfileInfo,
    RatelimitOverride,
    ReadableFileWrapper,
    RegistrationBehaviour,
    ReplacedEvent,
    Requester,
    RoomAlias,
    StateMap,
    UserID,
    UserPresenceState,
    UserProfile,
    is_homeserver_error,
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
    "BackgroundUpdateController",
    "Codes",
    "Event",
    "FederatedEventDeliveryMethod",
    "Federation",
    "FederationEventDeliveryEvent",
    "FileInfo",
    "HomeserverError",
    "JsonDict",
    "JsonMapping",
    "LegacyThirdPartyRules",
    "Login",
    "LoginResponse",
    "MediaRepository",
    "MediaUploadLimit",
    "PasswordAuthProvider",
    "PresenceRouter",
    "ProfileInfo",
    "Ratelimit",
    "RatelimitOverride",
    "ReadableFileWrapper",
    "RegistrationBehaviour",
    "ReplacedEvent",
    "Requester",
    "RoomAlias",
    "SpamChecker",
    "StateMap",
    "ThirdPartyRules",
    "UnsignedFields",
    "UserID",
    "UserPresenceState",
    "UserProfile",
    "is_homeserver_error",
]

CATEGORIES: Final[tuple[type[Category], ...]] = (
    SpamChecker,
    ThirdPartyRules,
    AccountValidity,
    PasswordAuthProvider,
    PresenceRouter,
    MediaRepository,
    Ratelimit,
    AccountData,
    BackgroundUpdateController,
    UnsignedFields,
    Federation,
)
"""All categories of the homeserver, in the order of its documentation."""

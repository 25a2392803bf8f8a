"""The categories of a Matrix homeserver's module API, as hostkit hookspecs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hookspecs.accounts import AccountData, AccountValidity
from hookspecs.background_update_controller import BackgroundUpdateController
from hookspecs.delivery import (
    FederatedEventDeliveryMethod,
    Federation,
    FederationEventDeliveryEvent,
    UnsignedFields,
)
from hookspecs.errors import Codes, HomeserverError, code_of, is_homeserver_error
from hookspecs.limits import MediaRepository, MediaUploadLimit, Ratelimit, RatelimitOverride
from hookspecs.password_auth_provider import Login, LoginResponse, PasswordAuthProvider
from hookspecs.presence_router import PRESENCE_ALL_USERS, PresenceRouter, UserPresenceState
from hookspecs.replaced_event import ReplacedEvent
from hookspecs.rooms import Event, StateMap
from hookspecs.spam_checker import SpamChecker
from hookspecs.third_party_rules import LegacyThirdPartyRules, ThirdPartyRules
from hookspecs.values import (
    FileInfo,
    JsonDict,
    JsonMapping,
    ProfileInfo,
    ReadableFileWrapper,
    Requester,
    RoomAlias,
    UserID,
    UserProfile,
)
from hookspecs.verdicts import NOT_SPAM, RegistrationBehaviour, Verdict

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
    "Verdict",
    "code_of",
    "is_homeserver_error",
]

RESERVED_PATHS: Final = ("/_matrix",)
"""The homeserver's own prefixes: ``Host(reserved_paths=RESERVED_PATHS)``."""

RECOMMENDED_PATH: Final = "/_synapse/client"
"""Where modules should serve web resources: ``Host(recommended_path=RECOMMENDED_PATH)``."""

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

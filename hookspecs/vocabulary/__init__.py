"""The words that a homeserver and its modules share: tokens, codes, values and domain objects.

Values are frozen; what the host supplies, such as an `Event`, is described by a protocol.
"""

from hookspecs.vocabulary._codes import Codes
from hookspecs.vocabulary._event import Event
from hookspecs.vocabulary._federated_event_delivery_method import FederatedEventDeliveryMethod
from hookspecs.vocabulary._federation_event_delivery_event import FederationEventDeliveryEvent
from hookspecs.vocabulary._file_info import FileInfo
from hookspecs.vocabulary._homeserver_error import HomeserverError, is_homeserver_error
from hookspecs.vocabulary._json import JsonDict, JsonMapping
from hookspecs.vocabulary._login import Login
from hookspecs.vocabulary._login_response import LoginResponse
from hookspecs.vocabulary._media_upload_limit import MediaUploadLimit
from hookspecs.vocabulary._not_spam import NOT_SPAM
from hookspecs.vocabulary._presence_all_users import PRESENCE_ALL_USERS
from hookspecs.vocabulary._profile_info import ProfileInfo
from hookspecs.vocabulary._ratelimit_override import RatelimitOverride
from hookspecs.vocabulary._readable_file_wrapper import ReadableFileWrapper
from hookspecs.vocabulary._registration_behaviour import RegistrationBehaviour
from hookspecs.vocabulary._replaced_event import ReplacedEvent
from hookspecs.vocabulary._requester import Requester
from hookspecs.vocabulary._room_alias import RoomAlias
from hookspecs.vocabulary._state_map import StateMap
from hookspecs.vocabulary._user_id import UserID
from hookspecs.vocabulary._user_presence_state import UserPresenceState
from hookspecs.vocabulary._user_profile import UserProfile

__all__ = [
    "NOT_SPAM",
    "PRESENCE_ALL_USERS",
    "Codes",
    "Event",
    "FederatedEventDeliveryMethod",
    "FederationEventDeliveryEvent",
    "FileInfo",
    "HomeserverError",
    "JsonDict",
    "JsonMapping",
    "Login",
    "LoginResponse",
    "MediaUploadLimit",
    "ProfileInfo",
    "RatelimitOverride",
    "ReadableFileWrapper",
    "RegistrationBehaviour",
    "ReplacedEvent",
    "Requester",
    "RoomAlias",
    "StateMap",
    "UserID",
    "UserPresenceState",
    "UserProfile",
    "is_homeserver_error",
]

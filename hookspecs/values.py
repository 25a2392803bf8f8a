"""The arguments of hooks other than events: JSON objects, identifiers, users and files."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar, Final, Protocol, Self, TypeAlias, TypedDict, final

import attrs

_SERVER_NAME: Final = re.compile(
    r"(?:[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*|\[(?P<address>[0-9A-Fa-f:.]+)\])(?::[0-9]+)?"
)

JsonDict: TypeAlias = dict[str, Any]
"""A JSON object."""

JsonMapping: TypeAlias = Mapping[str, Any]
"""A read-only JSON object."""


def copy_json(value: Any) -> Any:
    """Copy a JSON value, with plain dicts and lists in place of any other mappings and sequences.

    Raises:
        TypeError: It contains something that JSON cannot represent.
    """
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError(f"a JSON object has str keys, unlike {value!r}")
        return {key: copy_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [copy_json(item) for item in value]
    raise TypeError(f"JSON cannot represent {value!r}")


def is_server_name(text: str) -> bool:
    """Whether a string has the form of a server's name: a host, and perhaps a port.

    Args:
        text: The string: ``"example.org"``, ``"[::1]:8448"``.
    """
    match = _SERVER_NAME.fullmatch(text)
    if match is None:
        return False
    address = match["address"]
    try:
        return address is None or bool(ipaddress.IPv6Address(address))
    except ValueError:
        return False


@attrs.frozen
class Identifier:
    """An identifier that belongs to a server.

    Attributes:
        localpart: What stands between the sigil and the first colon.
        domain: The server's name, which may end with a port.
    """

    localpart: str
    domain: str

    SIGIL: ClassVar[str]
    """The character that identifiers of this kind start with."""

    @classmethod
    def from_string(cls, text: str) -> Self:
        """Parse an identifier.

        Raises:
            ValueError: It is malformed.
        """
        # A domain may contain a colon before its port, so the first one is the separator.
        localpart, _, domain = text[1:].partition(":")
        if not text.startswith(cls.SIGIL) or not domain:
            raise ValueError(
                f"{text!r} is not a {cls.__name__}: expected {cls.SIGIL}localpart:domain"
            )
        return cls(localpart, domain)

    @classmethod
    def is_valid(cls, text: str) -> bool:
        """Whether `from_string` can parse it, and its domain is the name of a server."""
        try:
            return is_server_name(cls.from_string(text).domain)
        except ValueError:
            return False

    def to_string(self) -> str:
        """Write the identifier as a string."""
        return f"{self.SIGIL}{self.localpart}:{self.domain}"

    __str__ = to_string


# attrs would write a `__str__` of its own over the inherited one.
@final
@attrs.frozen(str=False, order=True)
class UserID(Identifier):
    """The identifier of a user: ``@ann:example.org``."""

    SIGIL: ClassVar[str] = "@"


@final
@attrs.frozen(str=False, order=True)
class RoomAlias(Identifier):
    """A name of a room: ``#garden:example.org``."""

    SIGIL: ClassVar[str] = "#"


def _frozen_set(values: Collection[str]) -> frozenset[str]:
    return frozenset(values)


@final
@attrs.frozen
class Requester:
    """Who makes a request, and through what.

    Attributes:
        user: The user.
        access_token_id: The host's number for the access token, if one was used.
        is_guest: Whether the user is a guest.
        device_id: The user's device, if it is known.
        app_service: The host's object for the application service that acts for the user, if one
            does.
        scope: What the access token permits, if that is limited.
        shadow_banned: Whether what the user sends is hidden from all others.
        authenticated_entity: Who has authenticated: the user, or an administrator in the user's
            place.
    """

    user: UserID
    access_token_id: int | None = None
    is_guest: bool = False
    device_id: str | None = None
    app_service: Any = None
    scope: Collection[str] = attrs.field(factory=frozenset, converter=_frozen_set)
    shadow_banned: bool = False
    authenticated_entity: str = attrs.field(
        default=attrs.Factory(lambda self: str(self.user), takes_self=True)
    )

    @property
    def user_id(self) -> str:
        """The user's id as a string."""
        return str(self.user)

    @property
    def app_service_id(self) -> str | None:
        """The ``id`` of the application service, if it has one."""
        return getattr(self.app_service, "id", None)


@final
@attrs.frozen
class ProfileInfo:
    """How a user appears to others.

    Attributes:
        avatar_url: The picture, as an ``mxc://`` address, if there is one.
        display_name: The name, if one was chosen.
    """

    avatar_url: str | None
    display_name: str | None


class UserProfile(TypedDict):
    """A user among the results of a search in the user directory."""

    user_id: str
    display_name: str | None
    avatar_url: str | None


class FileInfo(Protocol):
    """Metadata of a media file; the host supplies it."""

    @property
    def server_name(self) -> str | None:
        """The server the file comes from; `None` if it was uploaded here."""

    @property
    def file_id(self) -> str:
        """The host's identifier of the file."""

    @property
    def url_cache(self) -> bool:
        """Whether it was fetched to preview a link."""


class ReadableFileWrapper(Protocol):
    """The content of a media file; the host supplies it."""

    @property
    def path(self) -> str:
        """The file's path on the host's disk."""

    async def write_chunks_to(self, callback: Callable[[bytes], object]) -> None:
        """Read the file in chunks without blocking the host.

        Args:
            callback: Is called with each chunk.
        """

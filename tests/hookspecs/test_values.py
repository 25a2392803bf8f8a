"""Values: identifiers, and the attrs classes and dicts that hooks are called with."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookspecs import (
    LoginResponse,
    MediaUploadLimit,
    ProfileInfo,
    RatelimitOverride,
    Requester,
    RoomAlias,
    UserID,
    UserPresenceState,
    UserProfile,
)

KINDS = pytest.mark.parametrize(("kind", "sigil"), [(UserID, "@"), (RoomAlias, "#")])


@KINDS
@pytest.mark.parametrize(
    ("rest", "localpart", "domain"),
    [
        ("ann:example.org", "ann", "example.org"),
        ("ann:example.org:8448", "ann", "example.org:8448"),
        ("ann:[::1]:8448", "ann", "[::1]:8448"),
        (":example.org", "", "example.org"),
    ],
)
def test_an_identifier_has_a_local_part_and_a_domain(
    kind: type[UserID | RoomAlias], sigil: str, rest: str, localpart: str, domain: str
) -> None:
    """It is cut at its first colon, since a domain may have a port."""
    identifier = kind.from_string(sigil + rest)
    assert (localpart, domain) == (identifier.localpart, identifier.domain)
    assert kind(localpart, domain) == identifier
    assert kind.is_valid(sigil + rest)


@KINDS
@given(
    localpart=st.text(st.characters(exclude_characters=":")), domain=st.text(min_size=1, max_size=9)
)
def test_what_is_written_can_be_read(
    kind: type[UserID | RoomAlias], sigil: str, localpart: str, domain: str
) -> None:
    """Writing an identifier and reading it again changes nothing."""
    identifier = kind(localpart, domain)
    assert f"{sigil}{localpart}:{domain}" == identifier.to_string() == str(identifier)
    assert kind.from_string(identifier.to_string()) == identifier


@KINDS
@pytest.mark.parametrize("text", ["", "ann", "ann:hs", "!ann:hs", "{sigil}", "{sigil}ann:"])
def test_a_malformed_identifier_is_refused(
    kind: type[UserID | RoomAlias], sigil: str, text: str
) -> None:
    """The error shows the string and the form it should have."""
    text = text.format(sigil=sigil)
    with pytest.raises(ValueError, match="is not a") as caught:
        kind.from_string(text)
    expected = f"{text!r} is not a {kind.__name__}: expected {sigil}localpart:domain"
    assert str(caught.value) == expected
    assert not kind.is_valid(text)


def test_identifiers_of_different_kinds_differ() -> None:
    """A user is not a room, whatever they are called."""
    assert len({UserID("a", "hs"), RoomAlias("a", "hs"), UserID("a", "hs")}) == 2


ANN = UserID("ann", "hs")
VALUES = [
    (MediaUploadLimit, {"max_bytes": 10, "time_period_ms": 1000}),
    (ProfileInfo, {"avatar_url": None, "display_name": "Ann"}),
    (RatelimitOverride, {"per_second": 0.5, "burst_count": 3}),
    (
        Requester,
        {
            "user": ANN,
            "access_token_id": 1,
            "is_guest": True,
            "device_id": "PHONE",
            "app_service": None,
        },
    ),
    (UserID, {"localpart": "ann", "domain": "hs"}),
    (
        UserPresenceState,
        {
            "user_id": "@ann:hs",
            "state": "online",
            "last_active_ts": 1,
            "last_federation_update_ts": 2,
            "last_user_sync_ts": 3,
            "status_msg": None,
            "currently_active": True,
        },
    ),
]


@pytest.mark.parametrize(("kind", "fields"), VALUES)
def test_a_value_is_made_by_name_and_by_position(kind: type[Any], fields: dict[str, Any]) -> None:
    """Both ways give equal values, which can be members of a set."""
    assert {kind(**fields)} == {kind(*fields.values())}
    assert attrs.asdict(kind(**fields), recurse=False) == fields


@pytest.mark.parametrize(("kind", "fields"), VALUES)
def test_a_value_cannot_be_changed(kind: type[Any], fields: dict[str, Any]) -> None:
    """A module cannot change it for the others."""
    value = kind(**fields)
    for name in fields:
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(value, name, None)


def test_most_requests_are_made_by_a_user_alone() -> None:
    """All else about a requester can be left out."""
    assert Requester(ANN, None, is_guest=False, device_id=None, app_service=None) == Requester(ANN)


def test_search_results_and_login_responses_are_dicts() -> None:
    """A host can send them as they are, and not every login has all fields."""
    profile: UserProfile = {"user_id": "@ann:hs", "display_name": None, "avatar_url": None}
    response: LoginResponse = {"user_id": "@ann:hs", "device_id": "PHONE"}
    assert UserProfile.__required_keys__ == profile.keys()
    assert response.keys() <= LoginResponse.__optional_keys__
    assert frozenset() == LoginResponse.__required_keys__

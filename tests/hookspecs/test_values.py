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


@KINDS
@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("b", True),
        ("B.example-x.org", True),
        ("b:80", True),
        ("1.2.3.4:8448", True),
        ("[::1]", True),
        ("[2001:db8::ff]:8448", True),
        ("b c", False),
        ("b ", False),
        ("b\n", False),
        ("b_c", False),
        ("b/c", False),
        ("b.", False),
        ("b..c", False),
        (".b", False),
        ("b:", False),
        ("b:eighty", False),
        ("b:8:9", False),
        ("[::g]", False),
        ("[1:2]", False),
        ("[::1", False),
        ("::1", False),
        ("ü.org", False),
    ],
)
def test_a_valid_identifier_has_the_name_of_a_server(
    kind: type[UserID | RoomAlias], sigil: str, domain: str, expected: bool
) -> None:
    """Any domain can be read, as other servers may send anything; not all are valid."""
    text = f"{sigil}ann:{domain}"
    assert kind.is_valid(text) is expected
    assert kind.from_string(text).domain == domain


def test_identifiers_have_an_order() -> None:
    """By local part, then by domain; only among their kind."""
    users = [UserID("b", "a"), UserID("a", "b"), UserID("a", "a")]
    assert [str(user) for user in sorted(users)] == ["@a:a", "@a:b", "@b:a"]
    assert RoomAlias("a", "hs") < RoomAlias("b", "hs")
    assert max(users) == UserID("b", "a")
    with pytest.raises(TypeError, match="'<' not supported"):
        _ = UserID("a", "hs") < RoomAlias("b", "hs")  # type: ignore[operator]


def test_a_requester_has_what_modules_read() -> None:
    """The user as a string, what the token permits, and who has authenticated."""

    class Service:
        id = "bridge"

    requester = Requester(ANN, scope=["read", "read"])
    assert (requester.user_id, requester.app_service_id) == ("@ann:hs", None)
    assert (requester.scope, requester.shadow_banned) == ({"read"}, False)
    assert requester.authenticated_entity == "@ann:hs"
    assert Requester(ANN, app_service=Service()).app_service_id == "bridge"
    assert Requester(ANN).scope == frozenset()


def test_a_presence_can_be_made_and_changed() -> None:
    """A router makes states of others, and copies of what it is given."""
    state = UserPresenceState.default("@ann:hs")
    assert state == UserPresenceState("@ann:hs", "offline", 0, 0, 0, None, currently_active=False)
    online = state.copy_and_replace(state="online", status_msg="here")
    assert (online.state, online.status_msg, state.state) == ("online", "here", "offline")
    assert UserPresenceState(**online.as_dict()) == online
    with pytest.raises(TypeError):
        state.copy_and_replace(mood="good")


ANN = UserID("ann", "hs")
VALUES = [
    (
        MediaUploadLimit,
        {
            "max_bytes": 10,
            "time_period_ms": 1000,
            "info_uri": "https://hs/limits",
            "can_upgrade": True,
        },
    ),
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
            "scope": frozenset({"read"}),
            "shadow_banned": True,
            "authenticated_entity": "@admin:hs",
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

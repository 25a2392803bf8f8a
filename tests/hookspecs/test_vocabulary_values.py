from __future__ import annotations

from typing import Any

import attrs
import pytest

import hookspecs
from hookspecs import (
    LoginResponse,
    MediaUploadLimit,
    ProfileInfo,
    RatelimitOverride,
    Requester,
    UserID,
    UserPresenceState,
    UserProfile,
    vocabulary,
)

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


def test_the_package_has_every_word() -> None:
    """Whoever imports from `hookspecs` need not know where a word stands."""
    assert set(vocabulary.__all__) <= set(hookspecs.__all__)
    for name in hookspecs.__all__:
        assert hasattr(hookspecs, name)
    for name in vocabulary.__all__:
        assert getattr(vocabulary, name) is getattr(hookspecs, name)


def test_the_names_are_sorted() -> None:
    """Constants, then classes, each in order, so that two people adding one do not collide."""
    names = sorted(hookspecs.__all__, key=lambda name: (not name.isupper(), name))
    assert hookspecs.__all__ == names

"""The promises of all hooks of the homeserver, as a host tests those of its own categories."""

from __future__ import annotations

from typing import Any, Final

import hookspecs
from hookspecs import MediaUploadLimit, PresenceRouter, RoomAlias, UserPresenceState
from hostkit import Category
from hostkit.testing import check_category

from .rooms import MESSAGE, REQUESTER, STATE, TOPIC
from .spam import FakeFile, FakeFileInfo

VALUES: Final[dict[str, Any]] = {
    "bool": True,
    "int": 5,
    "str": "@ann:hs",
    "str | None": None,
    "Collection[tuple[str, str]]": [("agent", "127.0.0.1")],
    "Collection[tuple[str | None, str]]": [(None, "127.0.0.1")],
    "Event": TOPIC,
    "FederationEventDeliveryEvent": MESSAGE,
    "FileInfo": FakeFileInfo(),
    "IRequest": object(),
    "Iterable[UserPresenceState]": [UserPresenceState.default("@ann:hs")],
    "JsonDict": {"list": ["a"]},
    "JsonDict | None": {"medium": "email"},
    "MediaUploadLimit": MediaUploadLimit(max_bytes=5, time_period_ms=60_000),
    "ProfileInfo": {"display_name": "Ann", "avatar_url": None},
    "ReadableFileWrapper": FakeFile(),
    "Requester": REQUESTER,
    "RoomAlias": RoomAlias("garden", "hs"),
    "StateMap[Event]": STATE,
    "UserProfile": {"user_id": "@ann:hs", "display_name": None, "avatar_url": None},
}
"""A value for each annotation."""


def arguments_of(category: type[Category]) -> dict[str, dict[str, Any]]:
    """Give arguments for all hooks of a category."""
    return {
        name: {each.name: VALUES[each.annotation] for each in spec.signature.parameters.values()}
        for name, spec in category.hookspecs.items()
    }


def check(category: type[Category]) -> Any:
    """Make the tests of a category."""
    keys = {"auth_checkers": ("@ann:hs", ("password",))}
    return check_category(category, arguments=arguments_of(category), keys=keys)


TestSpamChecker = check(hookspecs.SpamChecker)
TestThirdPartyRules = check(hookspecs.ThirdPartyRules)
TestLegacyThirdPartyRules = check(hookspecs.LegacyThirdPartyRules)
TestAccountValidity = check(hookspecs.AccountValidity)
TestPasswordAuthProvider = check(hookspecs.PasswordAuthProvider)
TestPresenceRouter = check(PresenceRouter)
TestMediaRepository = check(hookspecs.MediaRepository)
TestRatelimit = check(hookspecs.Ratelimit)
TestAccountData = check(hookspecs.AccountData)
TestBackgroundUpdateController = check(hookspecs.BackgroundUpdateController)
TestUnsignedFields = check(hookspecs.UnsignedFields)
TestFederation = check(hookspecs.Federation)


def test_no_category_is_left_out() -> None:
    """Each of them has its tests above."""
    checked = {name.removeprefix("Test") for name in globals() if name.startswith("Test")}
    assert {each.__name__ for each in hookspecs.CATEGORIES} <= checked

"""Codes, tokens, the exception that refuses with a code, and denials as `Deny`."""

from __future__ import annotations

import copy
import json
import pickle
from enum import Enum
from http import HTTPStatus
from typing import Any

import pytest

from hookspecs import (
    NOT_SPAM,
    PRESENCE_ALL_USERS,
    Codes,
    HomeserverError,
    LegacyThirdPartyRules,
    RegistrationBehaviour,
    SpamChecker,
    ThirdPartyRules,
    is_homeserver_error,
)
from hostkit import Category, Deny

from .rooms import HostsOwnError
from .spam import DROPS, VERDICTS


class ValueCodes(Enum):
    FULL = "ORG_FULL"
    OTHER = "other"


def test_the_tokens_are_plain_text() -> None:
    """They equal the strings of modules written for other hosts."""
    assert (type(NOT_SPAM), NOT_SPAM) == (str, "NOT_SPAM")
    assert (type(PRESENCE_ALL_USERS), PRESENCE_ALL_USERS) == (str, "ALL")


def test_a_registration_behaviour_is_not_a_string() -> None:
    """It cannot be taken for a code by a hook that expects one."""
    expected = {"ALLOW": "allow", "SHADOW_BAN": "shadow_ban", "DENY": "deny"}
    assert {each.name: each.value for each in RegistrationBehaviour} == expected
    assert issubclass(RegistrationBehaviour, Enum)
    assert not issubclass(RegistrationBehaviour, str)


def test_an_error_has_the_whole_answer() -> None:
    """Status, message, code and more fields are read by the names that hosts know."""
    error = HomeserverError(429, "slow down", Codes.LIMIT_EXCEEDED, {"retry_after_ms": 5})
    assert (error.code, error.msg, error.errcode) == (429, "slow down", "M_LIMIT_EXCEEDED")
    assert error.additional_fields == {"retry_after_ms": 5}
    assert error.error_dict() == {
        "errcode": "M_LIMIT_EXCEEDED",
        "error": "slow down",
        "retry_after_ms": 5,
    }


def test_most_of_it_can_be_left_out() -> None:
    """Without a code it is `UNKNOWN`, and there are no more fields."""
    error = HomeserverError(403, "no")
    assert (error.errcode, error.additional_fields) == (Codes.UNKNOWN, {})
    assert error.error_dict() == {"errcode": "M_UNKNOWN", "error": "no"}


def test_more_fields_do_not_hide_the_code_and_the_text() -> None:
    """A module can add to an answer, and not make it another one by that."""
    fields = {"errcode": "M_X", "error": "yes", "see": "there"}
    answer = HomeserverError(403, "no", Codes.FORBIDDEN, fields).error_dict()
    assert answer == {"errcode": "M_FORBIDDEN", "error": "no", "see": "there"}


def test_an_error_has_fields_of_its_own() -> None:
    """Neither the module's dict nor the body that is made can change them later."""
    fields: dict[str, Any] = {"a": 1}
    error = HomeserverError(403, "no", Codes.FORBIDDEN, fields)
    fields["a"] = 2
    error.error_dict()["b"] = 3
    assert error.additional_fields == {"a": 1}


@pytest.mark.parametrize("code", [Codes.FORBIDDEN, "M_FORBIDDEN"])
def test_an_error_says_what_it_is(code: str) -> None:
    """A log and a receipt show status, code and message."""
    assert str(HomeserverError(403, "no", code)) == "403 M_FORBIDDEN: no"


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))]
)
def test_an_error_can_be_copied(again: Any) -> None:
    """Nothing of the answer is lost."""
    error = HomeserverError(429, "slow", Codes.LIMIT_EXCEEDED, {"retry_after_ms": 5})
    copied = again(error)
    assert copied is not error
    assert (429, error.error_dict()) == (copied.code, copied.error_dict())


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (HomeserverError(403, "no"), True),
        (HomeserverError(403, "no", "ORG_OWN"), True),
        (HostsOwnError(), True),
        (HostsOwnError(403, Codes.FORBIDDEN), True),
        (HostsOwnError(HTTPStatus.FORBIDDEN), True),
        (HostsOwnError(403, ValueCodes.FULL), True),
        (HostsOwnError(403, ValueCodes.OTHER), False),
        (HostsOwnError("403"), False),
        (HostsOwnError(None), False),
        (HostsOwnError(True), False),
        (HostsOwnError(403, None), False),
        (HostsOwnError(403, 5), False),
        (KeyError("errcode"), False),
        (OSError(2, "no such file"), False),
    ],
)
def test_an_error_is_known_by_its_status_and_code(error: Exception, expected: bool) -> None:
    """A host's own exceptions count like ours if they have both, each of its type."""
    assert is_homeserver_error(error) is expected


def test_a_status_may_be_one_of_the_standard_library() -> None:
    """It is kept as a number, for logs and for Twisted."""
    error = HomeserverError(HTTPStatus.TOO_MANY_REQUESTS, "slow")
    assert (type(error.code), str(error)) == (int, "429 M_UNKNOWN: slow")


def test_a_code_that_is_not_a_string_counts_by_its_value() -> None:
    """It is what a client is sent."""
    own: Any = ValueCodes.FULL
    assert json.dumps(HomeserverError(403, "no", own).error_dict()) == (
        '{"errcode": "ORG_FULL", "error": "no"}'
    )
    described = describe(ThirdPartyRules, "on_create_room", HostsOwnError(403, ValueCodes.FULL))
    assert (described.code, type(described.code)) == ("ORG_FULL", str)


@pytest.mark.parametrize("missing", ["code", "errcode"])
def test_one_of_the_two_is_not_enough(missing: str) -> None:
    """Many exceptions of other libraries have a code alone."""
    error = HostsOwnError()
    delattr(error, missing)
    assert not is_homeserver_error(error)


def test_a_property_that_raises_is_as_good_as_none() -> None:
    """The exception is then a failure like any other."""

    class UnreadableError(Exception):
        errcode = "M_UNKNOWN"

        @property
        def code(self) -> int:
            raise KeyError("code")

    assert not is_homeserver_error(UnreadableError())


class PlainCodes(str, Enum):  # noqa: UP042 -- what hosts had before Python's own string enumeration
    FULL = "ORG_FULL"


def describe(category: type[Category], hook: str, denial: object) -> Any:
    """Describe a denial as its hook's rule does."""
    return category.hookspecs[hook].rule.describe_denial(denial)


@pytest.mark.parametrize("hook", [*VERDICTS, *DROPS])
@pytest.mark.parametrize(
    ("denial", "expected"),
    [
        ((Codes.FORBIDDEN, {}), Deny("M_FORBIDDEN", "denied")),
        ((PlainCodes.FULL, {"seats": 5}), Deny("ORG_FULL", "denied", seats=5)),
        (
            (Codes.FORBIDDEN, {"error": "go away", "retry": 5}),
            Deny("M_FORBIDDEN", "go away", error="go away", retry=5),
        ),
        ((Codes.FORBIDDEN, {"error": 5}), Deny("M_FORBIDDEN", "denied", error=5)),
        (
            (Codes.FORBIDDEN, {5: "five", "code": 1, "self": 2}),
            Deny.with_fields("M_FORBIDDEN", "denied", {"5": "five", "code": 1, "self": 2}),
        ),
        (Codes.FORBIDDEN, Deny("M_FORBIDDEN", "denied")),
        (PlainCodes.FULL, Deny("ORG_FULL", "denied")),
        ("buy elsewhere", Deny("denied", "buy elsewhere")),
        ("", Deny("denied", "")),
        (True, Deny("denied", "denied")),
        ([1], Deny("denied", "denied")),
    ],
)
def test_the_denial_of_a_spam_checker_has_code_reason_and_facts(
    hook: str, denial: object, expected: Deny
) -> None:
    """The code is that of the pair, the reason its field ``error``; a string is the reason."""
    described = describe(SpamChecker, hook, denial)
    assert described == expected
    assert type(described.code) is str


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [(RegistrationBehaviour.DENY, "deny"), (RegistrationBehaviour.SHADOW_BAN, "shadow_ban")],
)
def test_a_refused_registration_has_its_behaviour_as_code(
    behaviour: RegistrationBehaviour, code: str
) -> None:
    """A host can distinguish an account that is hidden from one that is not created."""
    described = describe(SpamChecker, "check_registration_for_spam", behaviour)
    assert described == Deny(code, "denied")


@pytest.mark.parametrize("category", [ThirdPartyRules, LegacyThirdPartyRules])
@pytest.mark.parametrize("hook", ["check_event_allowed", "on_create_room"])
@pytest.mark.parametrize(
    ("denial", "expected"),
    [
        ((False, None), Deny("denied", "denied")),
        (HomeserverError(403, "no"), Deny("M_UNKNOWN", "no")),
        (HomeserverError(403, ""), Deny("M_UNKNOWN", "403 M_UNKNOWN: ")),
        (
            HomeserverError(429, "slow", Codes.LIMIT_EXCEEDED, {"retry_after_ms": 5}),
            Deny("M_LIMIT_EXCEEDED", "slow", retry_after_ms=5),
        ),
        (
            HostsOwnError(451, PlainCodes.FULL),
            Deny("ORG_FULL", "(451, <PlainCodes.FULL: 'ORG_FULL'>)"),
        ),
        (
            HostsOwnError(451, "ORG_BAD", see="there"),
            Deny("ORG_BAD", "(451, 'ORG_BAD')", see="there"),
        ),
    ],
)
def test_an_exception_that_refuses_has_code_reason_and_facts(
    category: type[Category], hook: str, denial: object, expected: Deny
) -> None:
    """They are read by the names that hosts have for them; a pair without them says no more."""
    described = describe(category, hook, denial)
    assert described == expected
    assert type(described.code) is str


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"msg": "no", "message": "late"}, "no"),
        ({"message": "no"}, "no"),
        ({"msg": 5, "message": "no"}, "no"),
        ({"msg": None}, "(429, 'M_LIMIT_EXCEEDED')"),
    ],
)
def test_the_reason_is_the_first_message_that_is_a_string(
    names: dict[str, object], expected: str
) -> None:
    """A host's own exceptions may have other names, or something else under ours."""
    error = HostsOwnError()
    vars(error).update(names)
    assert describe(ThirdPartyRules, "on_create_room", error).reason == expected

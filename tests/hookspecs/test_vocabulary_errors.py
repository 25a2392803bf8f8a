from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from hookspecs import Codes, HomeserverError, is_homeserver_error

from .rooms import HostsOwnError


def test_an_error_has_the_whole_answer() -> None:
    """Status, text, code and more fields are read by the names that hosts know."""
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
    """A log and a receipt show status, code and text."""
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
    assert expected is is_homeserver_error(error)


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

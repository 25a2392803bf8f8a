"""Names and values of error codes."""

from __future__ import annotations

import json

import pytest

from hookspecs import Codes


def test_a_standard_code_is_named_as_its_value() -> None:
    """The code is enough to find the member; only one standard code has another name."""
    assert Codes.EXPIRED_ACCOUNT.value == "ORG_MATRIX_EXPIRED_ACCOUNT"
    standard = [code for code in Codes if code.value.startswith("M_")]
    assert [code.value for code in standard] == [f"M_{code.name}" for code in standard]
    assert len(standard) == 63


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALREADY_JOINED", "ORG.MATRIX.MSC3848.ALREADY_JOINED"),
        ("NOT_JOINED", "ORG.MATRIX.MSC3848.NOT_JOINED"),
        ("INSUFFICIENT_POWER", "ORG.MATRIX.MSC3848.INSUFFICIENT_POWER"),
        ("USER_ACCOUNT_SUSPENDED", "M_USER_SUSPENDED"),
        ("UNABLE_AUTHORISE_JOIN", "M_UNABLE_TO_AUTHORISE_JOIN"),
        ("UNREDACTED_CONTENT_DELETED", "FI.MAU.MSC2815_UNREDACTED_CONTENT_DELETED"),
        ("UNABLE_DUE_TO_PARTIAL_STATE", "ORG.MATRIX.MSC3895_UNABLE_DUE_TO_PARTIAL_STATE"),
        ("USER_AWAITING_APPROVAL", "ORG.MATRIX.MSC3866_USER_AWAITING_APPROVAL"),
        ("AS_PING_URL_NOT_SET", "M_URL_NOT_SET"),
        ("AS_PING_BAD_STATUS", "M_BAD_STATUS"),
        ("AS_PING_CONNECTION_TIMEOUT", "M_CONNECTION_TIMEOUT"),
        ("AS_PING_CONNECTION_FAILED", "M_CONNECTION_FAILED"),
        ("AS_FEDPROXY_NO_PROXY_PREFIX", "IO.ELEMENT.MSC4512.M_FEDPROXY_NO_PROXY_PREFIX"),
        ("AS_FEDPROXY_PATH_NOT_ALLOWED", "IO.ELEMENT.MSC4512.M_FEDPROXY_PATH_NOT_ALLOWED"),
        ("AS_FEDPROXY_CONNECTION_FAILED", "IO.ELEMENT.MSC4512.M_FEDPROXY_CONNECTION_FAILED"),
        ("AS_FEDPROXY_DESTINATION_DENIED", "IO.ELEMENT.MSC4512.M_FEDPROXY_DESTINATION_DENIED"),
        ("DELAY_TOO_LARGE", "ORG.MATRIX.MSC4140_DELAY_TOO_LARGE"),
        (
            "MSC4306_CONFLICTING_UNSUBSCRIPTION",
            "IO.ELEMENT.MSC4306.M_CONFLICTING_UNSUBSCRIPTION",
        ),
        ("MSC4306_NOT_IN_THREAD", "IO.ELEMENT.MSC4306.M_NOT_IN_THREAD"),
    ],
)
def test_codes_have_the_names_that_modules_know(name: str, value: str) -> None:
    """Those of proposals, and other names of standard ones."""
    assert Codes[name].value == value
    assert getattr(Codes, name) is Codes(value)


def test_a_code_is_the_text_that_is_sent() -> None:
    """A host puts it into its answer as it is."""
    assert json.dumps({"errcode": Codes.FORBIDDEN}) == '{"errcode": "M_FORBIDDEN"}'
    assert f"{Codes.FORBIDDEN}" == "M_FORBIDDEN"


def test_a_code_is_shown_briefly() -> None:
    """A receipt has room for it."""
    assert repr((Codes.USER_LOCKED, {})) == "(Codes.USER_LOCKED, {})"

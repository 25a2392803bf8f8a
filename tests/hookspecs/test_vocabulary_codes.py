from __future__ import annotations

import json
from enum import Enum

from hookspecs import NOT_SPAM, PRESENCE_ALL_USERS, Codes, RegistrationBehaviour


def test_a_code_is_named_as_its_value() -> None:
    """Whoever knows the code knows the name of the member; only one code is not standard."""
    other = {Codes.EXPIRED_ACCOUNT: "ORG_MATRIX_EXPIRED_ACCOUNT"}
    expected = {code.name: other.get(code, f"M_{code.name}") for code in Codes}
    assert {code.name: code.value for code in Codes} == expected


def test_a_code_is_the_text_that_is_sent() -> None:
    """A host puts it into its answer as it is."""
    assert json.dumps({"errcode": Codes.FORBIDDEN}) == '{"errcode": "M_FORBIDDEN"}'
    assert f"{Codes.FORBIDDEN}" == "M_FORBIDDEN"


def test_a_code_is_shown_briefly() -> None:
    """A receipt has room for it."""
    assert repr((Codes.USER_LOCKED, {})) == "(Codes.USER_LOCKED, {})"


def test_the_tokens_are_plain_text() -> None:
    """They equal the text that modules written for other hosts have."""
    assert (str, "NOT_SPAM") == (type(NOT_SPAM), NOT_SPAM)
    assert (str, "ALL") == (type(PRESENCE_ALL_USERS), PRESENCE_ALL_USERS)


def test_what_becomes_of_a_registration_is_no_text() -> None:
    """It cannot be taken for a code by a hook that expects one."""
    expected = {"ALLOW": "allow", "SHADOW_BAN": "shadow_ban", "DENY": "deny"}
    assert {each.name: each.value for each in RegistrationBehaviour} == expected
    assert issubclass(RegistrationBehaviour, Enum)
    assert not issubclass(RegistrationBehaviour, str)

"""How a rule describes a denial to those who answer in JSON."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest

from hostkit.errors import SpecError
from hostkit.rules import Deny, FirstDenial, Notify


class Code(Enum):
    """Codes as a host may have them."""

    SPAM = "M_SPAM"
    LIMITED = 429


@pytest.mark.parametrize(
    ("denial", "expected"),
    [
        (Deny("spam", "no adverts", found=1), Deny("spam", "no adverts", found=1)),
        (PermissionError("not you"), Deny("denied", "not you")),
        (PermissionError(), Deny("denied", "denied")),
        (Code.SPAM, Deny("M_SPAM", "denied")),
        (Code.LIMITED, Deny("limited", "denied")),
        ("no adverts", Deny("denied", "no adverts")),
        (("M_SPAM", {"found": 1}), Deny("denied", "denied")),
        (False, Deny("denied", "denied")),
    ],
    ids=repr,
)
def test_common_kinds_of_denials_are_known(denial: Any, expected: Deny) -> None:
    """Without ``describe``, what can be read from the value itself is."""
    assert FirstDenial().describe_denial(denial) == expected


def test_a_host_describes_its_own_kind() -> None:
    """Results that deny, and exceptions that do."""

    def describe(denial: Any) -> Deny:
        if isinstance(denial, PermissionError):
            return Deny("forbidden", str(denial))
        code, extra = denial
        return Deny(code, "", **extra)

    rule = FirstDenial(describe=describe, veto=lambda error: isinstance(error, PermissionError))
    assert rule.describe_denial(("M_SPAM", {"found": 1})) == Deny("M_SPAM", "", found=1)
    assert rule.describe_denial(PermissionError("x")) == Deny("forbidden", "x")


def test_describe_must_be_a_function() -> None:
    """The mistake is reported where the rule is made."""
    with pytest.raises(SpecError, match=r"rules\.Notify was given describe=7"):
        Notify(describe=7)  # type: ignore[arg-type]

"""Denials that are raised: what can be declared, and what they mean."""

from __future__ import annotations

from typing import Any

import pytest

from hostkit import rules
from hostkit.errors import ModuleFailedError, SpecError
from tests.rules.asking import ask

VETO = PermissionError("no")


def is_veto(error: Exception) -> bool:
    return isinstance(error, PermissionError)


@pytest.mark.parametrize(
    "rule",
    [
        rules.FirstDenial(veto=is_veto, on_error="continue"),
        rules.FirstResult(veto=is_veto),
        rules.Notify(veto=is_veto),
        rules.Merge(combine=list, veto=is_veto),
        rules.Collect(veto=is_veto),
        rules.Exclusive(veto=is_veto),
    ],
    ids=lambda rule: type(rule).__name__,
)
def test_every_rule_lets_modules_deny_by_raising(rule: rules.Rule) -> None:
    """The exception goes to the caller as it is."""
    with pytest.raises(PermissionError) as caught:
        ask(rule, VETO)
    assert caught.value is VETO


def test_the_rule_says_which_exceptions_deny() -> None:
    """All others are failures."""
    with pytest.raises(ModuleFailedError):
        ask(rules.Collect(veto=is_veto), KeyError("k"))
    assert ask(rules.Collect(veto=is_veto, on_error="continue"), KeyError("k"), 2) == ([2], 2)


@pytest.mark.parametrize(
    ("rule", "option", "expected"),
    [
        (rules.FirstResult, "veto", "a function that takes an exception"),
        (rules.Notify, "veto", "a function that takes an exception"),
        (rules.Notify, "denial", "a function that makes an exception"),
    ],
)
def test_it_is_told_by_a_function(rule: Any, option: str, expected: str) -> None:
    """Anything else is refused where the rule is made."""
    with pytest.raises(SpecError, match=f"given {option}=5, which cannot be called") as caught:
        rule(**{option: 5})
    assert caught.value.code == "HK304"
    assert expected in str(caught.value)


def test_a_notification_denies_only_with_a_denial() -> None:
    """There is nothing that `deny` could mean for `Notify` without one."""
    with pytest.raises(SpecError, match="no use for on_error='deny'"):
        rules.Notify(on_error="deny")
    plain, denying = rules.Notify(), rules.Notify(denial=PermissionError)
    assert (plain.takes("deny"), denying.takes("deny")) == (False, True)
    assert denying.policies - plain.policies == {"deny"}


def test_a_notification_raises_its_denial() -> None:
    """When a module fails and that counts as one, the rest are not notified."""
    with pytest.raises(PermissionError) as caught:
        ask(rules.Notify(on_error="deny", denial=PermissionError), KeyError("k"), None)
    assert isinstance(caught.value.__cause__, KeyError)

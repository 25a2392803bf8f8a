from __future__ import annotations

import inspect
from typing import Any

import pytest

from hostkit import rules
from hostkit.errors import SpecError
from hostkit.rules import CONTINUE, Rule
from tests.rules.asking import read_number

OTHERS: list[type[Any]] = [
    rules.FirstResult,
    rules.Notify,
    rules.Merge,
    rules.Collect,
    rules.Exclusive,
]
ALL: list[type[Any]] = [rules.FirstDenial, *OTHERS]


def make(kind: type[Any], **options: Any) -> Rule:
    if kind is rules.Merge:
        options = {"combine": sum, **options}
    rule: Rule = kind(**options)
    return rule


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("on_error", ["raise", "continue", "fail"])
def test_every_rule_takes_the_three_common_policies(kind: type[Any], on_error: str) -> None:
    """An error can be raised, skipped, or become the third outcome, whatever the rule."""
    assert make(kind, on_error=on_error).on_error == on_error


@pytest.mark.parametrize(
    ("kind", "on_error"),
    [(kind, "continue" if kind is rules.Notify else "fail") for kind in ALL],
)
def test_an_error_fails_the_call_unless_the_rule_says_otherwise(
    kind: type[Any], on_error: str
) -> None:
    """The default policy is "fail"; only a notification carries on."""
    assert make(kind).on_error == on_error


def test_a_denying_rule_can_count_errors_as_denials() -> None:
    """`FirstDenial` is the one that takes "deny"."""
    assert rules.FirstDenial(on_error="deny").on_error == "deny"


@pytest.mark.parametrize("kind", OTHERS)
def test_deny_is_refused_where_nothing_denies(kind: type[Any]) -> None:
    """The message says why, and which policies there are."""
    with pytest.raises(SpecError) as caught:
        make(kind, on_error="deny")
    name = kind.__name__
    assert caught.value.code == "HK304"
    assert f"rules.{name} has no use for on_error='deny'" in str(caught.value)
    assert "expected: 'continue', 'fail', 'raise'" in str(caught.value)
    hint = f"{name} makes no denials, so an error cannot count as one"
    if kind is rules.Notify:
        hint = "say with denial= which exception is raised then"
    assert f"hint: {hint}" in str(caught.value)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("on_error", ["ignore", None])
def test_an_unknown_policy_is_refused(kind: type[Any], on_error: str | None) -> None:
    """The message lists the policies and makes no guess at why."""
    with pytest.raises(SpecError) as caught:
        make(kind, on_error=on_error)
    assert caught.value.code == "HK304"
    assert f"on_error={on_error!r}" in str(caught.value)
    assert "'continue'" in str(caught.value)
    assert caught.value.problem.hint is None


@pytest.mark.parametrize("kind", ALL)
def test_a_reading_that_cannot_be_called_is_refused(kind: type[Any]) -> None:
    """`read=` takes a function."""
    with pytest.raises(SpecError) as caught:
        make(kind, read=42)
    assert caught.value.code == "HK304"
    assert f"rules.{kind.__name__} was given read=42, which cannot be called" in str(caught.value)
    assert "a function that takes a callback's answer" in str(caught.value)


@pytest.mark.parametrize("kind", ALL)
def test_rules_cannot_be_changed(kind: type[Any]) -> None:
    """A rule is a value: two with the same options are equal, and none can be altered."""
    rule: Any = make(kind)
    assert make(kind) == rule
    with pytest.raises(AttributeError):
        rule.on_error = "raise"


def test_only_one_rule_is_exclusive() -> None:
    """`Exclusive` is the rule for which a second module is an error."""
    assert [kind for kind in ALL if kind.exclusive] == [rules.Exclusive]


def test_some_rules_never_let_one_module_decide() -> None:
    """Rules that ask everybody say so, for receipts."""
    assert {k for k in ALL if not k.decides} == {rules.Notify, rules.Merge, rules.Collect}


@pytest.mark.parametrize("kind", [rules.Merge, rules.Collect, rules.Exclusive])
def test_judging_gives_the_answer_as_it_is_without_a_reading(kind: type[Any]) -> None:
    """Even `None` is an answer to those that keep all of them."""
    rule = make(kind)
    assert [rule.judge(5), rule.judge(None)] == [5, None]


@pytest.mark.parametrize("kind", [kind for kind in ALL if kind is not rules.Notify])
def test_judging_reads_as_the_chain_does(kind: type[Any]) -> None:
    """With `read=` it says what counts, and raises for what is wrong."""
    rule = make(kind, read=read_number)
    assert [rule.judge(5), rule.judge(None)] == [50, CONTINUE]
    with pytest.raises(TypeError, match="not a number"):
        rule.judge("five")


@pytest.mark.parametrize("kind", ALL)
def test_the_policy_for_invalid_answers_is_checked_too(kind: type[Any]) -> None:
    """A policy that means nothing for the rule is refused, whichever of the two it is."""
    with pytest.raises(SpecError) as caught:
        make(kind, on_invalid="ignore")
    assert caught.value.code == "HK304"
    assert f"rules.{kind.__name__} has no use for on_invalid='ignore'" in str(caught.value)


def test_notify_has_no_invalid_answers() -> None:
    """It ignores what callbacks return, so there is nothing to be invalid."""
    with pytest.raises(SpecError, match="given on_invalid=, but it ignores"):
        rules.Notify(on_invalid="continue")


def test_each_kind_of_failure_may_have_its_policy() -> None:
    """A rule says what each kind means; what is left out has the rule's default."""
    rule = rules.FirstDenial(on_error=rules.ByKind(unavailable="continue", timeout="deny"))
    assert [rule.policy(kind) for kind in rules.KINDS] == ["continue", "deny", "fail"]
    assert str(rule.on_error) == "unavailable: continue, timeout: deny"


@pytest.mark.parametrize("kind", OTHERS)
def test_a_policy_for_one_kind_must_mean_something(kind: type[Any]) -> None:
    """The message names the kind."""
    with pytest.raises(SpecError, match="no use for on_error=ByKind\\(timeout='deny'\\)"):
        make(kind, on_error=rules.ByKind(unavailable="continue", timeout="deny"))


@pytest.mark.parametrize("policy", ["ignore", 5, ["fail"], object])
def test_a_kind_has_one_of_the_policies(policy: Any) -> None:
    """Anything else is refused where the hook is declared."""
    with pytest.raises(SpecError, match="expected: 'continue', 'deny', 'fail', 'raise'"):
        rules.FirstDenial(on_error=rules.ByKind(error=policy))


def test_a_mapping_of_policies_is_written_as_by_kind() -> None:
    """Written as in the config file, it is refused with the right form."""
    with pytest.raises(SpecError, match=r"write rules\.ByKind"):
        rules.FirstDenial(on_error={"unavailable": "continue"})  # type: ignore[call-overload]


def test_a_denial_must_be_known_for_each_kind_that_denies() -> None:
    """A rule with an allow value of its own says what a failure's denial is."""
    policies = rules.ByKind(timeout="deny")
    with pytest.raises(SpecError, match="does not say as which"):
        rules.FirstDenial(on_error=policies, read=lambda value: value, allow="yes")


def test_unknown_options_are_named_as_python_does() -> None:
    """The message names the rule's class and the argument, and nothing of its insides."""
    with pytest.raises(TypeError, match=r"^FirstDenial\.__init__\(\) got an unexpected .* 'deny'$"):
        rules.FirstDenial(deny=True)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match=r"^Merge\.__init__\(\) missing 1 .* 'combine'$"):
        rules.Merge()  # type: ignore[call-overload]


def test_the_signature_of_a_rule_lists_its_options() -> None:
    """Editors and `help` show them, whatever overloads there are for type checkers."""
    assert list(inspect.signature(rules.Collect).parameters) == [
        "on_error",
        "on_invalid",
        "read",
        "veto",
        "describe",
    ]

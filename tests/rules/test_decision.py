from __future__ import annotations

import copy
import pickle
from typing import Any

import attrs
import pytest

from hostkit.rules import ALLOW, CONTINUE, Allow, Continue, Deny


def test_denials_with_the_same_facts_are_equal() -> None:
    """Code, reason and extra facts all count."""
    assert Deny("spam", "no", wait=5) == Deny("spam", "no", wait=5)
    assert hash(Deny("spam", "no", wait=5)) == hash(Deny("spam", "no", wait=5))


@pytest.mark.parametrize(
    "other",
    [Deny("ham", "no", wait=5), Deny("spam", "go", wait=5), Deny("spam", "no"), ALLOW, "spam"],
)
def test_denials_with_other_facts_differ(other: object) -> None:
    """One other fact is enough, and nothing but a denial equals a denial."""
    assert Deny("spam", "no", wait=5) != other


def test_a_denial_with_unhashable_facts_has_a_hash() -> None:
    """The extra facts may be lists and mappings, so they do not count for the hash."""
    assert hash(Deny("spam", words=["a"])) == hash(Deny("spam", words=["b"]))


def test_a_denial_shows_all_facts_to_developers() -> None:
    """The `repr` names each fact."""
    shown = repr(Deny("spam", "no", wait=5))
    assert shown == "Deny(code='spam', reason='no', extra=mappingproxy({'wait': 5}))"


@pytest.mark.parametrize(
    ("denial", "text"),
    [(Deny("spam"), "spam"), (Deny("spam", "no adverts"), "spam: no adverts")],
)
def test_a_denial_shows_code_and_reason_to_people(denial: Deny, text: str) -> None:
    """Without a reason the code stands alone."""
    assert str(denial) == text


@pytest.mark.parametrize(
    "denial",
    [
        Deny("spam", "no", wait=5),
        Deny("spam", reason="no", wait=5),
        Deny(code="spam", reason="no", wait=5),
        Deny(wait=5, reason="no", code="spam"),
    ],
)
def test_code_and_reason_can_be_given_by_name(denial: Deny) -> None:
    """However they are given, they are what the person who was denied reads."""
    assert denial == Deny("spam", "no", wait=5)
    assert (denial.code, denial.reason, dict(denial.extra)) == ("spam", "no", {"wait": 5})


def test_a_reason_by_name_is_not_a_further_fact() -> None:
    """The text is shown, and not lost among the extra facts."""
    assert str(Deny("too_large", reason="at most 10 MB")) == "too_large: at most 10 MB"
    assert dict(Deny("too_large", reason="at most 10 MB").extra) == {}


@pytest.mark.parametrize("name", ["code", "reason"])
def test_no_further_fact_is_called_code_or_reason(name: str) -> None:
    """It could be read as the other one, so it is refused and named."""
    with pytest.raises(TypeError, match=f"multiple values for argument '{name}'"):
        Deny("spam", "no", **{name: "other"})


def test_other_names_are_free_for_extra_facts() -> None:
    """A fact may even be called as the instance itself."""
    assert dict(Deny("spam", self=9, cls=8).extra) == {"self": 9, "cls": 8}


def test_fields_of_a_host_have_any_names() -> None:
    """What a host describes keeps its names, in copies as well."""
    fields = {"code": 7, "reason": 8, "self": 9}
    denial = Deny.with_fields("spam", "no", fields)
    fields["code"] = 0
    assert (denial.code, denial.reason, dict(denial.extra)) == (
        "spam",
        "no",
        {"code": 7, "reason": 8, "self": 9},
    )
    assert copy.deepcopy(denial) == pickle.loads(pickle.dumps(denial)) == denial


def test_a_denial_cannot_be_changed() -> None:
    """Neither its attributes nor its extra facts can be set."""
    denial: Any = Deny("spam", wait=5)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        denial.code = "ham"
    with pytest.raises(TypeError, match="does not support item assignment"):
        denial.extra["wait"] = 0


@pytest.mark.parametrize("decision", [ALLOW, Deny("spam")])
def test_a_decision_has_no_truth_value(decision: object) -> None:
    """`if decision:` is refused with the right way to write it, so a denial never passes."""
    with pytest.raises(TypeError, match=r"`is ALLOW`, or ask `isinstance\(decision, Deny\)`"):
        bool(decision)


@pytest.mark.parametrize(("token", "name"), [(ALLOW, "ALLOW"), (CONTINUE, "CONTINUE")])
def test_tokens_are_shown_by_their_names(token: object, name: str) -> None:
    """They read in logs as they are written in code."""
    assert (name, name) == (str(token), repr(token))


@pytest.mark.parametrize("token", [ALLOW, CONTINUE])
def test_there_is_only_one_of_each_token(token: object) -> None:
    """Copies and pickles of a token are the token, so `is` can be relied on."""
    assert token is copy.deepcopy(token)
    assert token is pickle.loads(pickle.dumps(token))


def test_tokens_have_types_for_annotations() -> None:
    """Each token is the only value of its type."""
    assert (list(Allow), list(Continue)) == ([ALLOW], [CONTINUE])


@pytest.mark.parametrize("wrong", [(5, ""), ("code", None), (None, "reason")])
def test_code_and_reason_are_texts(wrong: tuple[Any, Any]) -> None:
    """What people and programs read is refused where it is made."""
    with pytest.raises(TypeError, match="code and reason of a denial are str"):
        Deny(*wrong)

"""What the answers of spam checkers mean."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from collections.abc import Callable
from enum import Enum, StrEnum
from typing import Any, Final

import attrs
import pytest

from hookspecs import NOT_SPAM, Codes, JsonDict, RegistrationBehaviour, verdicts
from hookspecs.verdicts import (
    forbidden,
    read_check,
    read_drop,
    read_event_check,
    read_hide,
    read_may,
    read_registration,
    read_strict,
)
from hostkit import CONTINUE
from hostkit.rules import Read

from .hosting import Spy, wrong_in
from .spam import (
    DEFAULTS,
    DROPS,
    EVENT_CHECKS,
    FORBIDDEN,
    MAYS,
    MEDIA_CHECKS,
    STRICT,
    VERDICTS,
    call,
    host_of,
)

NEXT: Final = CONTINUE
WRONG: Final = object()
"""Means that an answer is found wrong and denies as forbidden."""


class HostCodes(str, Enum):  # noqa: UP042 -- what hosts had before Python's own string enumeration
    """The codes of a host that does not use ours."""

    SPAM = "ORG_SPAM"


class OtherCodes(Enum):
    """Words of a library whose enumerations are not strings."""

    SPAM = "ORG.EXAMPLE_SPAM"
    NOT_SPAM = "NOT_SPAM"
    OTHER = "other"
    NUMBER = 5


@attrs.frozen
class Row:
    """An answer, and what each kind of hook makes of it; dropping events has rules of its own."""

    answer: Any
    event: Any
    may: Any
    media: Any
    strict: Any
    drops: bool


def alike(answer: Any, result: Any, *, drops: bool = True) -> Row:
    """What all hooks but one take for the same."""
    return Row(answer, result, result, result, result, drops)


DENIED = (Codes.LIMIT_EXCEEDED, {"retry_after_ms": 5})
HOST_DENIED: tuple[HostCodes, dict[str, Any]] = (HostCodes.SPAM, {})
TABLE: dict[str, Row] = {
    "token": alike(NOT_SPAM, NEXT),
    "equal token": alike(NOT_SPAM.encode().decode(), NEXT),
    "True": Row(True, FORBIDDEN, NEXT, FORBIDDEN, WRONG, drops=True),
    "False": Row(False, NEXT, FORBIDDEN, NEXT, WRONG, drops=False),
    "None": alike(None, WRONG, drops=False),
    "code": alike(Codes.USER_LOCKED, (Codes.USER_LOCKED, {})),
    "host's code": alike(HostCodes.SPAM, (HostCodes.SPAM, {})),
    "pair": alike(DENIED, DENIED),
    "host's pair": alike(HOST_DENIED, HOST_DENIED),
    "one of a pair": alike((Codes.FORBIDDEN,), WRONG),
    "three": alike((Codes.FORBIDDEN, {}, {}), WRONG),
    "empty tuple": alike((), WRONG, drops=False),
    "pair without dict": alike((Codes.FORBIDDEN, None), WRONG),
    "pair without code": alike(("M_FORBIDDEN", {}), WRONG),
    "list": alike([Codes.FORBIDDEN, {}], WRONG),
    "dict": alike({"errcode": "M_FORBIDDEN"}, WRONG),
    "string": Row("buy elsewhere", "buy elsewhere", WRONG, WRONG, WRONG, drops=True),
    "string of a code": Row("M_FORBIDDEN", "M_FORBIDDEN", WRONG, WRONG, WRONG, drops=True),
    "empty string": Row("", "", WRONG, WRONG, WRONG, drops=False),
    "zero": alike(0, WRONG, drops=False),
    "one": alike(1, WRONG),
    "another library's code": alike(OtherCodes.SPAM, ("ORG.EXAMPLE_SPAM", {})),
    "another library's pair": alike((OtherCodes.SPAM, {"a": 1}), ("ORG.EXAMPLE_SPAM", {"a": 1})),
    "another library's token": alike(OtherCodes.NOT_SPAM, NEXT),
    "member that is not a code": alike(OtherCodes.OTHER, WRONG),
    "member that is a number": alike(OtherCodes.NUMBER, WRONG),
    "behaviour": alike(RegistrationBehaviour.DENY, WRONG),
}
READINGS: dict[str, Read] = {
    "event": read_event_check,
    "may": read_may,
    "media": read_check,
    "strict": read_strict,
}
HOOKS = {"event": EVENT_CHECKS, "may": MAYS, "media": MEDIA_CHECKS, "strict": STRICT}
PROFILES = {hook: profile for profile, hooks in HOOKS.items() for hook in hooks}

rows = pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)


@rows
@pytest.mark.parametrize("profile", READINGS)
def test_every_cell_of_the_table(profile: str, row: Row) -> None:
    """A reading continues, denies, or finds an answer wrong, as its generation of hooks does."""
    expected = getattr(row, profile)
    if expected is WRONG:
        with pytest.raises(
            TypeError, match=r"^an answer is NOT_SPAM, a code, or a tuple of a code and a dict$"
        ):
            READINGS[profile](row.answer)
    else:
        assert READINGS[profile](row.answer) == expected


@rows
@pytest.mark.parametrize("hook", VERDICTS)
def test_every_cell_of_the_table_in_every_hook(
    hook: str, row: Row, caplog: pytest.LogCaptureFixture
) -> None:
    """The hook ends with the denial or goes on; for what is wrong, module and hook are named."""
    expected = getattr(row, PROFILES[hook])
    spy = Spy(answer=NOT_SPAM)
    host = host_of({hook: saying_to_all(row.answer)}, {hook: spy})
    result = call(host, hook)
    assert (expected is NEXT) == bool(spy.calls)
    denial = FORBIDDEN if expected is WRONG else expected
    assert result == (DEFAULTS[hook] if expected is NEXT else denial)
    logged = [record for record in caplog.records if record.getMessage().startswith("failed in ")]
    wrong = [(f"spam_checker.{hook}", "a")] if expected is WRONG else []
    assert wrong_in(host.receipts) == wrong
    assert len(logged) == len(wrong)
    for record in logged:
        assert (record.name, record.levelno) == ("hostkit.modules.a", logging.WARNING)
        start = f"failed in spam_checker.{hook}, it counts as a denial: expected Verdict"
        assert record.getMessage().startswith(start)
    for receipt in host.receipts:
        assert (receipt.outcome, receipt.decider) == ("deny", "a")


@rows
@pytest.mark.parametrize("hook", DROPS)
def test_every_cell_of_the_table_for_dropping(hook: str, row: Row) -> None:
    """Whatever is true drops the event and is the result as it is."""
    spy = Spy(answer=False)
    result = call(host_of({hook: saying_to_all(row.answer)}, {hook: spy}), hook)
    assert (row.answer if row.drops else False) is result
    assert row.drops is not bool(spy.calls)


def saying_to_all(answer: Any) -> Any:
    """Make a callback for any hook."""

    async def say(*_: Any) -> Any:
        return answer

    return say


def test_the_equal_token_is_another_object() -> None:
    """The table does not compare a string with itself."""
    assert NOT_SPAM is not TABLE["equal token"].answer


@pytest.mark.parametrize("profile", READINGS)
def test_a_pair_is_not_touched(profile: str) -> None:
    """The very tuple of the module is the result, and so is its dict."""
    assert READINGS[profile](DENIED) is DENIED


@pytest.mark.parametrize("make", [forbidden, lambda: read_strict(Codes.FORBIDDEN)])
def test_denials_without_fields_share_nothing(make: Any) -> None:
    """A host may add fields to one, and the next one has none of them."""
    make()[1]["error"] = "no"
    assert make() == FORBIDDEN


def test_registrations_have_answers_of_their_own() -> None:
    """Anything that is none of the three is refused."""
    for behaviour in RegistrationBehaviour:
        assert read_registration(behaviour) is behaviour
    for answer in (True, None, NOT_SPAM, Codes.FORBIDDEN, "deny", FORBIDDEN):
        with pytest.raises(TypeError, match="neither ALLOW nor SHADOW_BAN nor DENY"):
            read_registration(answer)


class Behaviour(Enum):
    """What another library calls the same."""

    ALLOW = 1
    SHADOW_BAN = 2
    DENY = 3
    LATER = 4


class StrBehaviour(StrEnum):
    """The same as strings, one of which has another name as well."""

    REFUSE = "no"
    ALLOW = "yes"
    SHADOW_BAN = "hidden"
    DENY = "no"


class Half(Enum):
    """Only two of them, so it means something else."""

    ALLOW = "allow"
    DENY = "deny"


@pytest.mark.parametrize("name", ["ALLOW", "SHADOW_BAN", "DENY"])
@pytest.mark.parametrize("other", [Behaviour, StrBehaviour])
def test_registrations_take_the_words_of_other_libraries(name: str, other: Any) -> None:
    """A member of the same name is read as ours, and is equal to it from both sides."""
    ours = RegistrationBehaviour[name]
    assert read_registration(other[name]) is ours
    assert ours == other[name]
    assert other[name] == ours or other is StrBehaviour
    assert {ours: 1}[ours] == 1
    assert [each for each in RegistrationBehaviour if each == other[name]] == [ours]


@pytest.mark.parametrize("answer", [Behaviour.LATER, Half.DENY, Half.ALLOW])
def test_registrations_take_only_enumerations_with_all_three(answer: Enum) -> None:
    """What lacks one of the names, or has another one, is wrong."""
    with pytest.raises(TypeError, match="neither ALLOW nor SHADOW_BAN nor DENY"):
        read_registration(answer)
    assert answer != RegistrationBehaviour.DENY


def test_dropping_keeps_the_answer_and_hiding_does_not() -> None:
    """Both take what Python takes for true."""
    assert (read_drop("yes"), read_drop([])) == ("yes", CONTINUE)
    assert (read_hide("yes"), read_hide(None)) == (True, CONTINUE)


def test_the_denial_of_a_rule_is_like_any_other() -> None:
    """A host that compares, writes, copies or extends it sees an empty dict."""
    code, fields = verdicts.FORBIDDEN
    assert (verdicts.FORBIDDEN, code.value, fields) == (FORBIDDEN, "M_FORBIDDEN", {})
    assert json.dumps(verdicts.FORBIDDEN) == '["M_FORBIDDEN", {}]'
    assert isinstance(fields, dict)
    assert {"a": 1} == {**fields, "a": 1} == fields | {"a": 1} == dict(fields, a=1)
    for copied in (
        copy.deepcopy(verdicts.FORBIDDEN),
        pickle.loads(pickle.dumps(verdicts.FORBIDDEN)),
    ):
        assert copied == FORBIDDEN


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: fields.__setitem__("error", "no"),
        lambda fields: fields.setdefault("error", "no"),
        lambda fields: fields.update(error="no"),
        lambda fields: fields.update({"error": "no"}),
        lambda fields: fields.__ior__({"error": "no"}),
    ],
)
def test_the_denial_of_a_rule_cannot_be_changed(change: Callable[[JsonDict], Any]) -> None:
    """A host that tries gets an exception, and the next denial has none of its fields."""
    host = host_of({"user_may_publish_room": saying_to_all(None)})
    _, fields = call(host, "user_may_publish_room")
    with pytest.raises(TypeError, match="other denials have the same dict"):
        change(fields)
    assert call(host, "user_may_publish_room") == FORBIDDEN

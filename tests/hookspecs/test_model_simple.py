"""Random chains of the hooks equal models that are slow and obvious.

A model gives the result, how many modules were asked, and whose answers are recorded as invalid.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookspecs import (
    AccountData,
    AccountValidity,
    Federation,
    MediaRepository,
    MediaUploadLimit,
    Ratelimit,
    RatelimitOverride,
    UnsignedFields,
)
from hostkit import Category
from hostkit.errors import InvalidValueError
from tests.dispatch.fakes import wire

from .hosting import HostError, wrong_in

Run: TypeAlias = tuple[Any, int, list[int]]

FAILED = "failed"
WRONG = "wrong"
CONFIGS: list[Any] = [None, {}, {"a": 1}, False, 5]
LIMITS: list[Any] = [None, [], (MediaUploadLimit(1, 1),), False, [5]]
OVERRIDES: list[Any] = [None, False, RatelimitOverride(0.0, 0), RatelimitOverride(1.0, 1), 5]
TRUTHS: list[Any] = [None, True, False, 0, "yes", ""]
FIELDS: list[Any] = [None, {}, {"a": 1}, {"a": 2, "b": 3}, {"a": 4, 5: 6}, 5]


def first(accepts: Callable[[Any], bool], wrong: Callable[[Any], bool], default: Any = None) -> Any:
    """Model a hook that ends with the first answer it accepts, or with a wrong one."""

    def model(answers: Sequence[Any]) -> Run:
        for asked, answer in enumerate(answers, 1):
            if answer is FAILED:
                return FAILED, asked, []
            if accepts(answer):
                return (WRONG, asked, [asked]) if wrong(answer) else (answer, asked, [])
        return default, len(answers), []

    return model


def refuse(answers: Sequence[Any]) -> Run:
    """Model the hook that asks whether an upload is allowed."""
    for asked, answer in enumerate(answers, 1):
        if answer is FAILED:
            return FAILED, asked, []
        if not answer:
            return False, asked, [asked] if answer is not False else []
    return True, len(answers), []


def notify(answers: Sequence[Any]) -> Run:
    """Model a hook that notifies modules until one fails."""
    failed = [asked for asked, answer in enumerate(answers, 1) if answer is FAILED]
    return (FAILED, failed[0], []) if failed else (None, len(answers), [])


def tell_all(answers: Sequence[Any]) -> Run:
    """Model a hook that notifies all modules, even if one fails."""
    return None, len(answers), []


def merge(answers: Sequence[Any]) -> Run:
    """Model the hook that gathers fields."""
    asked = list(answers).index(FAILED) + 1 if FAILED in answers else len(answers)
    given = [each for each in answers[:asked] if each is not FAILED]
    wrong = [n for n, each in enumerate(given, 1) if not isinstance(each, dict) or 5 in each]
    if FAILED in answers:
        return FAILED, asked, wrong
    valid = [each for n, each in enumerate(given, 1) if n not in wrong]
    keys = {key for each in valid for key in each}
    return {key: next(e[key] for e in valid if key in e) for key in keys}, asked, wrong


def given_at_all(answer: Any) -> bool:
    """Whether an answer is not None."""
    return answer is not None


MODELS: list[tuple[type[Category], str, list[Any], Any]] = [
    (AccountValidity, "is_user_expired", TRUTHS, first(given_at_all, lambda _: False)),
    (AccountValidity, "on_user_registration", TRUTHS, notify),
    (AccountValidity, "on_user_login", TRUTHS, notify),
    (
        MediaRepository,
        "get_media_config_for_user",
        CONFIGS,
        first(given_at_all, lambda answer: not isinstance(answer, dict)),
    ),
    (MediaRepository, "is_user_allowed_to_upload_media_of_size", TRUTHS, refuse),
    (
        MediaRepository,
        "get_media_upload_limits_for_user",
        LIMITS,
        first(given_at_all, lambda answer: answer in (False, [5])),
    ),
    (MediaRepository, "on_media_upload_limit_exceeded", TRUTHS, notify),
    (Ratelimit, "get_ratelimit_override_for_user", OVERRIDES, first(bool, lambda a: a == 5)),
    (AccountData, "on_account_data_updated", TRUTHS, tell_all),
    (UnsignedFields, "add_field_to_unsigned_callback", FIELDS, merge),
    (Federation, "on_event_delivered_over_federation", TRUTHS, tell_all),
]


def run(category: type[Category], hook: str, answers: Sequence[Any]) -> Run:
    """Call a hook whose modules answer like that, and gather what a model says."""
    asked = []

    def make(answer: Any) -> Callable[..., Any]:
        def callback(*_: Any) -> Any:
            asked.append(answer)
            if answer is FAILED:
                raise HostError(500, "M_UNKNOWN")
            return answer

        return callback

    chain = wire(category, hook, *map(make, answers))
    try:
        result = chain.run(*category.hookspecs[hook].arguments)
    except HostError:
        result = FAILED
    except InvalidValueError:
        result = WRONG
    if isinstance(result, list) and result:
        result = tuple(result)
    wrong = [int(module.removeprefix("m")) + 1 for _, module in wrong_in(chain.receipts)]
    return result, len(asked), wrong


@pytest.mark.parametrize(("category", "hook", "answers", "model"), MODELS)
@given(data=st.data())
def test_a_random_chain_equals_its_model(
    category: type[Category], hook: str, answers: list[Any], model: Any, data: st.DataObject
) -> None:
    """Values, wrong values and exceptions in any order lead to what the model says."""
    chain = data.draw(st.lists(st.sampled_from([*answers, FAILED]), max_size=5))
    assert model(chain) == run(category, hook, chain)

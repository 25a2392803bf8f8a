"""Modules that do what can be done to a chain: the policy decides, and names them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from hostkit.rules import Deny

from .hostile_answers import answers
from .hostile_errors import Make, every_class, fatal, fighting, odd
from .matrix import CASES, Came, Case, call, cases_for, faults

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

KINDS: dict[str, tuple[Callable[[], Mapping[str, Make]], int]] = {
    "every class": (every_class, 4),
    "fighting": (fighting, 1),
    "odd": (odd, 5),
}


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """Have objects that fight being deleted do so here, and not in another test."""
    yield
    gc.collect()


def _raise(error: BaseException) -> Any:
    raise error


def _is_changed_by_python(name: str, case: Case) -> bool:
    """Whether Python itself raises something else than what is raised."""
    return (
        "__subclasscheck__" in name
        or ("StopIteration" in name and case.way != "synchronous")
        or ("StopAsyncIteration" in name and case.way != "synchronous")
    )


def _is_callers(name: str, case: Case) -> bool:
    """Whether it counts as the cancellation of the caller, which the table of the docs says."""
    return case.way == "by Twisted" and "ancel" in name


def _check(name: str, make: Make, cases: list[Case]) -> list[str]:
    found = []
    for case in cases:
        if _is_callers(name, case):
            continue
        error = make()
        came = call(case, lambda: _raise(error))  # noqa: B023 -- it is called at once
        known = None if _is_changed_by_python(name, case) else error
        found += [f"{name}, {case}: {fault}" for fault in faults(case, came, known)]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_module_raises_its_policy_decides(kind: str) -> None:
    """A failure is the module's, which is named; what comes of the call its policy says."""
    make, count = KINDS[kind]
    faulty = [
        fault
        for name, each in make().items()
        for fault in _check(name, each, cases_for(name, count))
    ]
    assert faulty == []


@pytest.mark.hardening
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_module_raises_in_every_case(kind: str) -> None:
    """The same with every rule, policy, mode and way to call a hook."""
    make, count = KINDS[kind]
    cases = len(CASES) if kind != "fighting" else 20 * count
    faulty = [
        fault
        for name, each in make().items()
        for fault in _check(name, each, cases_for(name, cases))
    ]
    assert faulty == []


@pytest.mark.parametrize("name", fatal())
def test_only_what_ends_the_program_leaves_a_chain(name: str) -> None:
    """It is passed on as it is, by every rule and policy, also from a module in shadow mode."""
    for case in cases_for(name, 60):
        error = fatal()[name]()
        assert call(case, lambda: _raise(error)).error is error  # noqa: B023


def _came_to(case: Case, came: Came, answer: Any) -> list[str]:
    """Say what is wrong if an answer is neither the result, nor refused as the policy says."""
    if case.shadow:
        is_right = came.error is None and came.result == case.without and came.asked == 1
        return [] if is_right else [f"a shadow counted: {came}"]
    if came.error is None:
        is_given = came.result is answer or came.result is None
        if type(answer) is Deny and came.result is answer:
            return []
        if type(came.result) is list:
            is_given = came.result[0] is answer
        if is_given and not case.rule.startswith("FirstDenial"):
            return []
    return list(faults(case, came))


@pytest.mark.parametrize("number", range(4))
def test_an_answer_is_the_result_or_a_failure_of_its_module(number: int) -> None:
    """Whatever it does when it is looked at; and a shadow's is never more than recorded."""
    given = answers()
    faulty = [
        f"{name}, {case}: {fault}"
        for name in list(given)[number::4]
        for case in cases_for(name, 2)
        for fault in _came_to(case, call(case, lambda: given[name]), given[name])  # noqa: B023
    ]
    assert faulty == []

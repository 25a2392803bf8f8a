"""Random chains give what a slow and obvious loop gives."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock

from hostkit.dispatch import Sampler
from hostkit.errors import InvalidValueError, ModuleFailedError
from hostkit.rules import (
    ALLOW,
    CONTINUE,
    Collect,
    Deny,
    Exclusive,
    FirstDenial,
    FirstResult,
    Merge,
    Notify,
    Rule,
)

from .fakes import SPAM, Wired, done, hook_of, wire
from .fakes import given as said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ERRING = Deny("unsure")
TOKEN = "stop"


class Failure(Exception):  # noqa: N818
    """What callbacks raise."""


@attrs.frozen
class Fake:
    """One callback: what it answers or, if ``raises``, that it raises; and how."""

    answer: Any
    raises: bool
    is_async: bool
    waits: bool
    shadow: bool
    on_error: str | None

    def function(self, number: int, asked: list[int]) -> Callable[..., Any]:
        """Make the callback."""

        def answer(author: str) -> Any:
            asked.append(number)
            if self.raises:
                raise Failure(number)
            return self.answer

        async def answer_later(author: str) -> Any:
            if self.waits:
                await asyncio.sleep(0)
            return answer(author)

        return answer_later if self.is_async else answer


@attrs.define
class Model:
    """What a call must come to."""

    asked: list[int] = attrs.field(factory=list)
    results: list[Any] = attrs.field(factory=list)
    steps: dict[int, str] = attrs.field(factory=dict)
    error: type[Exception] | None = None
    cause: type[Exception] | None = None
    result: Any = None
    decider: int | None = None
    outcome: str = "result"

    def fail(self, rule: Rule, number: int, fake: Fake, failure: str) -> Any:
        """Apply the policy to a failure, and say what it means."""
        policy = fake.on_error if fake.on_error in rule.policies else rule.on_error
        if fake.shadow or policy == "continue":
            return CONTINUE
        self.decider = number
        if policy in ("raise", "fail"):
            self.cause = Failure if failure == "failed" else InvalidValueError
            self.error = self.cause if policy == "raise" else ModuleFailedError
            self.outcome = "failed"
        return ERRING


class Invalid(Exception):  # noqa: N818
    """The answer means nothing."""


def read_by(rule: Rule, answer: Any) -> Any:
    """Say what an answer means: `CONTINUE` or a result."""
    if isinstance(rule, Notify):
        return CONTINUE
    if isinstance(rule, FirstDenial) and answer is rule.allow:
        return CONTINUE
    if rule.read is not None:
        try:
            result = rule.read(answer)
        except (TypeError, ValueError) as error:
            raise Invalid from error
        return CONTINUE if isinstance(rule, FirstDenial) and result is rule.allow else result
    if isinstance(rule, FirstDenial) and not isinstance(answer, Deny):
        raise Invalid
    return CONTINUE if isinstance(rule, FirstResult) and answer is None else answer


def verdict(rule: Rule, fake: Fake) -> tuple[str | None, Any]:
    """Say how a callback failed, if it did, and what its answer means."""
    if fake.raises:
        return "failed", CONTINUE
    try:
        return None, read_by(rule, fake.answer)
    except Invalid:
        return "invalid", CONTINUE


def model(rule: Rule, fakes: list[Fake]) -> Model:
    """Run a chain as one would explain it."""
    made = Model()
    word = "deny" if isinstance(rule, FirstDenial) else "result"
    for number, fake in enumerate(fakes):
        made.asked.append(number)
        failure, meaning = verdict(rule, fake)
        if failure is not None:
            made.steps[number] = failure
            meaning = made.fail(rule, number, fake, failure)
            if made.error is not None:
                return made
        elif fake.shadow and meaning is not CONTINUE and rule.decides:
            made.steps[number] = word
        if fake.shadow or meaning is CONTINUE:
            continue
        if isinstance(rule, Collect | Merge):
            made.results.append(meaning)
            if isinstance(rule, Collect) or meaning != TOKEN:
                continue
        made.steps.setdefault(number, word)
        made.decider, made.result, made.outcome = number, meaning, word
        return made
    made.result = default_of(rule, made.results)
    made.outcome = "allow" if isinstance(rule, FirstDenial) else "result"
    return made


def default_of(rule: Rule, results: list[Any]) -> Any:
    """Say what comes of a chain in which nobody decided."""
    if isinstance(rule, FirstDenial):
        return rule.allow
    if isinstance(rule, FirstResult | Exclusive):
        return rule.default
    return {Collect: results, Merge: ("combined", results), Notify: None}[type(rule)]


def read(value: Any) -> Any:
    """Read numbers as themselves, texts as a result, and refuse all else."""
    if value is None or value == 0:
        return CONTINUE
    if isinstance(value, int | str):
        return value
    raise TypeError(f"no use for {value!r}")


VALUES = [ALLOW, SPAM, Deny("rude"), None, 0, 1, "text", TOKEN, [1], Deny("spam")]
POLICIES = ["raise", "deny", "continue", "fail"]

fakes = st.lists(
    st.builds(
        Fake,
        answer=st.sampled_from(VALUES),
        raises=st.sampled_from([False, False, True]),
        is_async=st.booleans(),
        waits=st.booleans(),
        shadow=st.sampled_from([False, False, True]),
        on_error=st.sampled_from([None, None, *POLICIES]),
    ),
    max_size=6,
)


def combine(results: list[Any]) -> Any:
    return ("combined", list(results))


def rules() -> list[Rule]:
    """Make every rule with every policy it has, with and without a reading of answers."""
    made: list[Rule] = []
    for policy in POLICIES:
        for reading in (None, read):
            options: dict[str, Any] = {"on_error": policy, "read": reading}
            made.append(FirstDenial(denial=ERRING, **options))
            if policy != "deny":
                made += [
                    FirstResult(default="default", **options),
                    Exclusive(default="default", **options),
                    Collect(**options),
                    Merge(combine=combine, stop_at=TOKEN, **options),
                ]
        if policy != "deny":
            made.append(Notify(on_error=policy))  # type: ignore[arg-type]
    return made


def call(wired: Wired[Any], under: str) -> Any:
    """Call a hook, and take its result or what it raised."""
    if under == "twisted":
        return done(wired.start())
    try:
        return wired.run()
    except Exception as error:  # noqa: BLE001 -- compared with what the model says
        return error


def check_receipt(wired: Wired[Any], expected: Model, count: int) -> None:
    """Compare what was recorded."""
    plain = expected.outcome in ("allow", "result") and set(expected.steps.values()) <= {"result"}
    shadows = [step for step in expected.steps if wired.chain.callbacks[step].shadow]
    if plain and not shadows:
        assert 0 == len(wired.receipts)
        return
    for receipt in wired.receipts:
        decider = None if expected.decider is None else f"m{expected.decider}"
        assert (expected.outcome, decider) == (receipt.outcome, receipt.decider)
        last = expected.asked[-1]
        steps = {
            number: expected.steps.get(number, "continue" if number <= last else "not asked")
            for number in range(count)
        }
        assert steps == {number: step.outcome for number, step in enumerate(receipt.steps)}


def rule_of(desk: type[Any]) -> Rule:
    rule: Rule = desk.hookspecs["ask"].rule
    return rule


def name_of(desk: type[Any]) -> str:
    rule = rule_of(desk)
    reading = "" if rule.read is None else "-read"
    return f"{type(rule).__name__}-{rule.on_error}{reading}"


@pytest.fixture(scope="module", autouse=True)
def _unlogged() -> Iterator[None]:
    """Spare the time that writing thousands of tracebacks takes."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("desk", [hook_of(rule) for rule in rules()], ids=name_of)
@settings(deadline=None, max_examples=25)
@given(fakes=fakes, under=st.sampled_from(["asyncio", "twisted"]), how=st.integers(0, 2))
def test_a_chain_does_what_the_rule_says(
    desk: type[Any], fakes: list[Fake], under: str, how: int
) -> None:
    """Result, exception, modules asked and receipt are those of a loop written in full."""
    expected = model(rule_of(desk), fakes)
    asked: list[int] = []
    functions = [
        said(
            attrs.evolve(fake, waits=fake.waits and under == "asyncio").function(number, asked),
            shadow=fake.shadow,
            on_error=fake.on_error,
        )
        for number, fake in enumerate(fakes)
    ]
    wired = wire(desk, "ask", *functions, exact=how == 1)
    if how == 2:  # the first call is measured, the second is not
        Sampler([wired.chain], Clock().callLater).start()
    for _ in range(2):
        result = call(wired, under)
        if expected.error is None:
            assert expected.result == result
            assert type(expected.result) is type(result)
        else:
            assert expected.error is type(result)
            assert expected.cause in (type(result), type(result.__cause__))
    assert expected.asked * 2 == asked
    assert len(wired.receipts) in (0, 2)
    check_receipt(wired, expected, len(fakes))

"""A slow and obvious model of what a chain does, to compare chains with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, get_args

import attrs
from hypothesis import strategies as st

from hostkit.errors import InvalidValueError, ModuleFailedError, Unavailable
from hostkit.rules import (
    ALLOW,
    CONTINUE,
    ByKind,
    Collect,
    Deny,
    Exclusive,
    FailureKind,
    FirstDenial,
    FirstResult,
    Merge,
    Notify,
    OnError,
    Replace,
    Rule,
    policy_for,
)

from .fakes import SPAM

ERRING = Deny("unsure")
TOKEN = "stop"


class Failure(Exception):  # noqa: N818
    """What callbacks raise."""


class Veto(Exception):  # noqa: N818
    """What callbacks raise to deny, if the rule knows it."""


class Refused(Exception):  # noqa: N818
    """What a `Notify` that denies raises."""


@attrs.frozen
class Fake:
    """One callback: what it answers or, if ``raises`` is one, the exception; and how."""

    answer: Any
    raises: type[Exception] | None
    is_async: bool
    waits: bool
    shadow: bool
    on_error: OnError | ByKind | None
    key: str = "a"

    def function(self, number: int, asked: list[tuple[int, Any]]) -> Callable[..., Any]:
        """Make the callback, which notes its number and the text it was given."""

        def answer(author: str, text: Any) -> Any:
            asked.append((number, text))
            if self.raises is not None:
                raise self.raises(number)
            return self.answer

        async def answer_later(author: str, text: Any) -> Any:
            if self.waits:
                await asyncio.sleep(0)
            return answer(author, text)

        return answer_later if self.is_async else answer


@attrs.define
class Model:
    """What a call must come to."""

    text: str = "hi"
    asked: list[tuple[int, Any]] = attrs.field(factory=list)
    results: list[Any] = attrs.field(factory=list)
    steps: dict[int, str] = attrs.field(factory=dict)
    error: type[Exception] | None = None
    cause: type[Exception] | None = None
    result: Any = None
    decider: int | None = None
    outcome: str = "result"

    def fail(self, rule: Rule, number: int, fake: Fake, failure: str) -> Any:
        """Apply the policy to a failure, and say what it means; a veto has its own meaning."""
        if failure == "vetoed":
            self.deny(number, fake)
            return CONTINUE
        self.steps[number] = failure
        kind: FailureKind = "unavailable" if failure == "unavailable" else "error"
        own = policy_for(fake.on_error, kind)
        policy = own if own is not None and rule.takes(own) else rule.policy(kind)
        if fake.shadow or policy == "continue":
            return CONTINUE
        self.decider = number
        self.cause = InvalidValueError if failure == "invalid" else fake.raises
        if policy in ("raise", "fail"):
            self.error = self.cause if policy == "raise" else ModuleFailedError
            self.outcome = "failed"
        elif isinstance(rule, Notify):
            self.error = Refused
            self.outcome = "deny"
        return ERRING

    def deny(self, number: int, fake: Fake) -> None:
        """Apply a denial that is raised."""
        self.steps[number] = "deny"
        if not fake.shadow:
            self.error = self.cause = fake.raises
            self.decider = number
            self.outcome = "deny"

    def replace(self, rule: Rule, number: int, meaning: Replace) -> bool:
        """Apply a replacement, and say whether it ends the chain."""
        assert isinstance(rule, FirstDenial)
        self.text = meaning.change(self.text)
        if rule.replacing == "ask":
            return False
        self.steps[number] = "allow"
        self.decider, self.result, self.outcome = number, meaning.result, "allow"
        return True


class Invalid(Exception):  # noqa: N818
    """The answer means nothing."""


def read_by(rule: Rule, answer: Any) -> Any:
    """Say what an answer means: `CONTINUE`, a result, or a `Replace`."""
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


def verdict(rule: Rule, fake: Fake, text: str) -> tuple[str | None, Any]:
    """Say how a callback failed, if it did, and what its answer means."""
    if fake.raises is not None:
        vetoed = rule.veto is not None and fake.raises is Veto
        failure = "unavailable" if fake.raises is Unavailable else "failed"
        return ("vetoed" if vetoed else failure), CONTINUE
    try:
        meaning = read_by(rule, fake.answer)
    except Invalid:
        return "invalid", CONTINUE
    if isinstance(meaning, Replace) and not fake.shadow:
        try:
            meaning.change(text)
        except ValueError:
            return "invalid", CONTINUE
    return None, meaning


def model(rule: Rule, fakes: list[Fake]) -> Model:
    """Run a chain as one would explain it."""
    made = Model()
    word = "deny" if isinstance(rule, FirstDenial) else "result"
    allowed = default_of(rule, made.results)
    for number, fake in enumerate(fakes):
        made.asked.append((number, made.text))
        failure, meaning = verdict(rule, fake, made.text)
        if failure is not None:
            meaning = made.fail(rule, number, fake, failure)
        elif fake.shadow and meaning is not CONTINUE and rule.decides:
            made.steps[number] = "result" if isinstance(meaning, Replace) else word
        if made.error is not None:
            return made
        if fake.shadow or meaning is CONTINUE:
            continue
        if isinstance(meaning, Replace):
            allowed = meaning.result
            if made.replace(rule, number, meaning):
                return made
            continue
        if isinstance(rule, Collect | Merge):
            made.results.append(meaning)
            if isinstance(rule, Collect) or meaning != TOKEN:
                continue
        made.steps.setdefault(number, word)
        made.decider, made.result, made.outcome = number, meaning, word
        return made
    made.result = ("combined", made.results) if isinstance(rule, Merge) else allowed
    made.outcome = "allow" if isinstance(rule, FirstDenial) else "result"
    return made


def default_of(rule: Rule, results: list[Any]) -> Any:
    """Say what comes of a chain in which no module decided."""
    if isinstance(rule, FirstDenial):
        return rule.allow
    if isinstance(rule, FirstResult | Exclusive):
        return rule.default
    return results if isinstance(rule, Collect) else None


def read(value: Any) -> Any:
    """Read numbers as themselves, texts as a result, and refuse all else."""
    if value is None or value == 0:
        return CONTINUE
    if isinstance(value, int | str):
        return value
    raise TypeError(f"no use for {value!r}")


def read_replacing(value: Any) -> Any:
    """Read lists as changes of the text, and all else as ever."""
    return Replace(lambda text: change(text, value), value) if type(value) is list else read(value)


def change(text: str, value: list[Any]) -> str:
    """Add numbers to the text, if there are any."""
    if not value:
        raise ValueError("nothing to add")
    return text + str(value)


VALUES = [ALLOW, SPAM, Deny("rude"), None, 0, 1, "text", TOKEN, [1], [2], [], Deny("spam")]
POLICIES: tuple[OnError, ...] = get_args(OnError)
BY_KIND = (ByKind(unavailable="continue", error="deny"), ByKind(unavailable="deny"), ByKind())

fakes = st.lists(
    st.builds(
        Fake,
        answer=st.sampled_from(VALUES),
        raises=st.sampled_from([None, None, None, Failure, Veto, Unavailable]),
        is_async=st.booleans(),
        waits=st.booleans(),
        shadow=st.sampled_from([False, False, True]),
        on_error=st.sampled_from([None, None, *POLICIES, *BY_KIND]),
        key=st.sampled_from("ab"),
    ),
    max_size=6,
)


def combine(results: list[Any]) -> Any:
    return ("combined", list(results))


def is_veto(error: Exception) -> bool:
    return isinstance(error, Veto)


def rules() -> list[Rule]:
    """Make every rule with every policy it has, and with and without what else it may have."""
    made: list[Rule] = []
    for policy in POLICIES:
        for reading in (None, read):
            veto = is_veto if reading is not None else None
            options: dict[str, Any] = {"on_error": policy, "read": reading, "veto": veto}
            made.append(FirstDenial(denial=ERRING, **options))
            if policy != "deny":
                made += [
                    FirstResult(default="default", **options),
                    Exclusive(default="default", **options),
                    Collect(**options),
                    Merge(combine=combine, stop_at=TOKEN, **options),
                ]
        options = {"denial": ERRING, "replaces": "text", "read": read_replacing, "on_error": policy}
        made += [FirstDenial(**options), FirstDenial(**options, replacing="stop", veto=is_veto)]
        denial = Refused if policy in ("deny", "fail") else None
        made.append(Notify(on_error=policy, denial=denial, veto=is_veto if denial else None))
    made.append(FirstDenial(denial=ERRING, on_error=ByKind(unavailable="continue", error="deny")))
    made.append(Notify(on_error=ByKind(unavailable="fail")))
    return made

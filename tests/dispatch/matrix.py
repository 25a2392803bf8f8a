"""Every rule, policy, mode and way to call a hook; and what must come of a module that fails."""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
from collections.abc import Callable, Iterator
from types import CoroutineType
from typing import Any, Final, get_args

import attrs

from hostkit.errors import ModuleFailedError, SpecError
from hostkit.rules import (
    ALLOW,
    Collect,
    Deny,
    Exclusive,
    FirstDenial,
    FirstResult,
    Merge,
    Notify,
    OnError,
    Rule,
)
from hostkit.specs import Category, hookspec

from .fakes import Spy, given, hook_of, wire

DENIAL: Final = Deny("unsure")


class Refused(Exception):  # noqa: N818
    """What a `Notify` that denies raises."""


RULES: Final[dict[str, Callable[[Any], Rule]]] = {
    "FirstDenial": lambda policy: FirstDenial(on_error=policy, denial=DENIAL),
    "FirstDenial with a veto": lambda policy: FirstDenial(
        on_error=policy, denial=DENIAL, veto=lambda error: isinstance(error, Refused)
    ),
    "FirstResult": lambda policy: FirstResult(on_error=policy),
    "Notify": lambda policy: Notify(on_error=policy, denial=Refused),
    "Merge": lambda policy: Merge(on_error=policy, combine=list),
    "Collect": lambda policy: Collect(on_error=policy),
    "Exclusive": lambda policy: Exclusive(on_error=policy),
}
WAYS: Final = ("in a task", "by Twisted", "synchronous", "exactly timed", "asked", "shielded")
POLICIES: Final[tuple[OnError, ...]] = get_args(OnError)


@attrs.frozen
class Case:
    """How the module stands in the chain, and how the hook is called."""

    rule: str
    policy: OnError
    shadow: bool
    way: str

    @property
    def made(self) -> Rule:
        """The rule itself."""
        return RULES[self.rule](self.policy)

    @property
    def benign(self) -> Any:
        """What the module after it answers."""
        return ALLOW if self.rule.startswith("FirstDenial") else 7

    @property
    def without(self) -> Any:
        """What the call gives if the module is not there, or does not count."""
        if self.rule == "Exclusive" and not self.shadow:
            return None
        lists = [7] if self.rule in ("Merge", "Collect") else self.benign
        return None if self.rule == "Notify" else lists


def _is_possible(case: Case) -> bool:
    try:
        RULES[case.rule](case.policy)
    except SpecError:
        return False
    return True


CASES: Final = [
    case
    for case in itertools.starmap(Case, itertools.product(RULES, POLICIES, (False, True), WAYS))
    if _is_possible(case)
]


def cases_for(name: str, count: int) -> list[Case]:
    """Choose some cases, others for each name, and always the same ones for it."""
    return random.Random(name).sample(CASES, min(count, len(CASES)))


@attrs.define
class Came:
    """What came of one call."""

    result: Any = None
    error: BaseException | None = None
    asked: int = 0
    receipts: list[str] = attrs.field(factory=list)
    trace: str | None = None
    log: str = ""


class _Log(logging.Handler):
    """Keeps what is logged, as a program's own handler writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {self.format(record)}")


def call(case: Case, deed: Callable[[], Any], **options: Any) -> Came:
    """Call a hook whose first module does something, and its second one answers.

    Args:
        case: The case.
        deed: What it does; its answer is awaited if it is a coroutine.
        options: What the file says about the first module.
    """
    came = Came()
    spy = Spy(case.benign)
    is_sync = case.way == "synchronous"

    async def first_later(author: str) -> Any:
        answer = deed()
        return await answer if type(answer) is CoroutineType else answer

    def first_now(author: str) -> Any:
        return deed()

    first = given(first_now if is_sync else first_later, shadow=case.shadow, **options)
    is_alone = case.rule == "Exclusive" and not case.shadow
    wired = wire(
        _hook_now(case.made) if is_sync else hook_of(case.made, shield=case.way == "shielded"),
        "ask",
        *([first] if is_alone else [first, spy]),
        exact=case.way == "exactly timed",
    )
    log, logger = _Log(), logging.getLogger("hostkit")
    logger.addHandler(log)
    logger.propagate = False  # pytest keeps what it is given, and needs no megabytes
    try:
        _call(case, wired, came)
    finally:
        logger.propagate = True
        logger.removeHandler(log)
    came.asked = len(spy.calls)
    came.log = "\n".join(log.lines)
    came.receipts = [str(receipt) for receipt in wired.receipts]
    return came


def _hook_now(rule: Rule) -> type[Any]:
    class Desk(Category):
        @hookspec(rule, required=1)
        def ask(self, author: str, text: Any = "hi") -> Any:
            """Called when a host asks."""

    return Desk


def _call(case: Case, wired: Any, came: Came) -> None:
    async def main() -> None:
        try:
            if case.way == "asked":
                trace = await wired.chain.ask(["ann", "hi"])
                came.result, came.error, came.trace = trace.result, trace.error, str(trace.receipt)
                repr(trace)
            else:
                came.result = await wired.call("ann")
        except BaseException as error:  # noqa: BLE001 -- it is what is tested
            came.error = error

    try:
        if case.way == "synchronous":
            came.result = wired.call("ann")
        elif case.way == "by Twisted":  # as it drives coroutines, without its `Failure`
            wired.call("ann").send(None)
        else:
            asyncio.run(main())
    except StopIteration as ended:
        if case.way == "by Twisted":  # as coroutines return
            came.result = ended.value
        else:
            came.error = ended
    except BaseException as error:  # noqa: BLE001 -- it is what is tested
        came.error = error


def faults(case: Case, came: Came, error: BaseException | None = None) -> Iterator[str]:
    """Say what is not as it must be after the first module has failed.

    Args:
        case: The case.
        came: What came of it.
        error: What the module has raised, if that is known.
    """
    text = came.trace or "".join(came.receipts)
    if "1. m0" not in text:
        yield f"no receipt names the module: {text}"
    goes_on = case.shadow or case.policy == "continue"
    is_alone = case.rule == "Exclusive" and not case.shadow
    if came.asked != int(goes_on and not is_alone):
        yield f"the next module was called {came.asked} times"
    if (goes_on or case.policy == "deny") and "hostkit.modules.m0: " not in came.log:
        yield f"the log does not name the module: {came.log}"
    if goes_on:
        if came.error is not None or came.result != case.without:
            yield f"the call gave {came.result}, not {case.without}"
    elif case.policy == "deny":
        yield from _missing_denial(case, came)
    elif case.policy == "fail":
        if type(came.error) is not ModuleFailedError or came.error.module != "m0":
            yield "it did not raise ModuleFailedError"
    elif came.error is not error if error is not None else came.error is None:
        yield "it did not raise what the module had raised"


def _missing_denial(case: Case, came: Came) -> Iterator[str]:
    if case.rule == "Notify":
        if type(came.error) is not Refused:
            yield "it did not raise the denial"
    elif came.result is not DENIAL:
        yield f"it did not deny, but gave {came.result}"

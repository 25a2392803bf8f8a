"""`assert_allowed`, `assert_denied`, `assert_failed`: what came of a call, with its whole trace."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from hostkit.dispatch import Outcome, Receipt, Trace
from hostkit.rules import Deny
from hostkit.rules.decision import as_deny
from hostkit.testing._greenlets import is_awaited_here
from hostkit.testing._loop import run
from hostkit.testing._seen import Entry, hosts_seen, module_of, names_of
from hostkit.wording import either

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from hostkit.dispatch import Step
    from hostkit.host import Host

R = TypeVar("R", bound="Receipt | Trace[Any]")

Call: TypeAlias = "R | Awaitable[R]"
"""What came of a call: a `Trace` of `Host.ask`, or a `Receipt`; or in a plain test, the call."""


def assert_allowed(call: Call[R]) -> R:
    """Assert that no module denied a call, and that it did not fail.

    Args:
        call: A trace, as `Host.ask` returns it, or a receipt. In a plain test the call itself:
            ``assert_allowed(host.ask(...))``; in an async one, await it.

    Returns:
        The trace or the receipt.

    Raises:
        AssertionError: It was denied, or it failed. The message shows what each module did.
    """
    receipt, given = _read(call)
    if receipt.outcome not in (Outcome.ALLOW, Outcome.RESULT):
        raise AssertionError(f"expected that it is allowed, but it is not\n{show(receipt)}")
    return given


def assert_denied(
    call: Call[R], *, by: object = None, code: str | None = None, reason: str | None = None
) -> R:
    """Assert that a call was denied.

    Args:
        call: As for `assert_allowed`.
        by: The module that must have denied it: its name, its class, or a `Recorder`.
        code: The code of the denial.
        reason: The reason of the denial.

    Returns:
        The trace or the receipt.

    Raises:
        AssertionError: It was allowed, it failed, or it was denied otherwise. The message shows
            what each module did.
    """
    receipt, given = _read(call)
    wanted = [
        *(f"by {either(names)!r}" for names in [_names(by, receipt)] if names),
        *(f"with the {name} {value!r}" for name, value in _parts(code, reason)),
    ]
    problem = None
    if receipt.outcome is not Outcome.DENY:
        problem = f"the outcome is {str(receipt.outcome)!r}"
    elif by is not None and receipt.decider not in _names(by, receipt):
        problem = f"{receipt.decider!r} has denied it"
    else:
        denial = _denial_of(receipt, given)
        if code is not None and denial.code != code:
            problem = f"the code is {denial.code!r}"
        elif reason is not None and denial.reason != reason:
            problem = f"the reason is {denial.reason!r}"
    if problem is not None:
        head = " ".join(["expected that it is denied", *wanted])
        raise AssertionError(f"{head}, but {problem}\n{show(receipt)}")
    return given


def assert_failed(call: Call[R], *, module: object = None, outcome: str | None = None) -> R:
    """Assert that a call failed, so that it was neither allowed nor denied.

    Args:
        call: As for `assert_allowed`.
        module: The module that must have failed: its name, its class, or a `Recorder`.
        outcome: How it must have failed: ``"failed"``, ``"timeout"``, ``"invalid"`` or
            ``"unavailable"``.

    Returns:
        The trace or the receipt.

    Raises:
        AssertionError: It was allowed or denied, or something else failed. The message shows what
            each module did.
    """
    receipt, given = _read(call)
    names = _names(module, receipt)
    problem = None
    steps = {step.module: step for step in receipt.steps}
    if receipt.outcome is not Outcome.FAILED:
        problem = f"the outcome is {str(receipt.outcome)!r}"
    elif module is not None and receipt.decider not in names:
        problem = f"it was {receipt.decider or 'the host itself'!r}"
    elif outcome is not None and (
        receipt.decider is None or steps[receipt.decider].outcome != outcome
    ):
        found = steps[receipt.decider].outcome if receipt.decider else receipt.outcome
        problem = f"the outcome is {str(found)!r}"
    if problem is not None:
        who = f"module {either(names)!r}" if names else "it"
        how = f" with the outcome {outcome!r}" if outcome is not None else ""
        raise AssertionError(f"expected that {who} failed{how}, but {problem}\n{show(receipt)}")
    return given


def show(receipt: Receipt) -> str:
    """Write what each module did in a call: its answer, its time, and its place in the config.

    Args:
        receipt: The record of the call.
    """
    head, *_ = str(receipt).splitlines()
    host = _host_of(receipt)
    return "\n".join([head, *_lines(receipt.steps, host)])


def _lines(steps: Sequence[Step], host: Host | None) -> list[str]:
    rows = [(f"  {number}. {step}", _entry_of(step, host)) for number, step in enumerate(steps, 1)]
    width = max((len(left) for left, _ in rows), default=0)
    return [f"{left:{width}}  {right}".rstrip() for left, right in rows] or [
        "  no module listens to this hook"
    ]


def _entry_of(step: Step, host: Host | None) -> str:
    module = None if host is None else module_of(step.module, host)
    return "" if module is None else str(Entry(module))


def _host_of(receipt: Receipt) -> Host | None:
    """Find the host of a receipt: one with that hook, and these modules in its chain."""
    wanted = [step.module for step in receipt.steps]
    for host in hosts_seen():
        chain = host.chains.get(receipt.hook)
        if chain is not None and [each.module for each in chain.callbacks] == wanted:
            return host
    return None


def _read(call: Call[R]) -> tuple[Receipt, R]:
    """Take what came of a call, and its receipt."""
    if inspect.isawaitable(call):
        if is_awaited_here():
            if inspect.iscoroutine(call):
                call.close()
            raise TypeError("await the call here, as in `assert_denied(await host.ask(...))`")
        call = run(call)
    given: Any = call
    if isinstance(given, Trace):
        return given.receipt, given  # type: ignore[return-value]
    if isinstance(given, Receipt):
        return given, given  # type: ignore[return-value]
    raise TypeError(
        f"a {type(call).__name__} does not know how it came about: give what "
        "`await host.ask(host.hooks[TheCategory].the_hook, ...)` returns, or a receipt"
    )


def _names(given: object, receipt: Receipt) -> tuple[str, ...]:
    host = _host_of(receipt)
    return () if given is None else names_of(given, hosts_seen() if host is None else [host])


def _parts(code: str | None, reason: str | None) -> list[tuple[str, str]]:
    return [(name, each) for name, each in (("code", code), ("reason", reason)) if each is not None]


def _denial_of(receipt: Receipt, given: object) -> Deny:
    if isinstance(given, Trace):
        result = cast("object", given.error if given.error is not None else given.result)
        return as_deny(result)
    code, _, reason = (receipt.reason or "").partition(": ")
    return Deny(code, reason)

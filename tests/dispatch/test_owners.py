"""Whatever a module raises is its failure, unless it is meant for the caller."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet import defer
from twisted.internet.defer import Deferred

from hostkit.dispatch import Outcome
from hostkit.errors import ModuleFailedError
from hostkit.loops import Entrance
from hostkit.rules import (
    ALLOW,
    Collect,
    Deny,
    Exclusive,
    FirstDenial,
    FirstResult,
    Merge,
    Notify,
    Rule,
)
from hostkit.specs import Category, hookspec

from .fakes import (
    Comments,
    Spy,
    Wired,
    allow,
    done,
    given,
    hook_of,
    raising,
    run,
    shadow,
    steps_of,
    wire,
)


class Panic(BaseException):
    """What a Rust extension raises."""


class Unshowable(Exception):  # noqa: N818
    """An exception whose text ends programs, and to which nothing can be added."""

    def __str__(self) -> str:
        raise SystemExit("text")

    def __getattribute__(self, name: str) -> Any:
        raise Panic(name)


class Refused(Exception):  # noqa: N818
    """What a notification that can deny raises."""


def combine(answers: list[Any]) -> list[Any]:
    return answers


RULES: list[Callable[..., Rule]] = [
    FirstDenial,
    FirstResult,
    Exclusive,
    Collect,
    lambda on_error: Merge(combine=combine, on_error=on_error),
    lambda on_error: Notify(on_error=on_error, denial=Refused if on_error == "deny" else None),
]
CASES = [
    (make, policy)
    for make in RULES
    for policy in ("raise", "fail", "continue", "deny")
    if policy != "deny" or make in (RULES[0], RULES[-1])
]
FAILURES: list[Callable[[], BaseException]] = [
    Panic,
    lambda: SystemExit(3),
    lambda: BaseExceptionGroup("several", [Panic()]),
    lambda: asyncio.CancelledError("own"),
    lambda: defer.CancelledError("own"),
    lambda: Unshowable(),  # noqa: PLW0108 -- pytest would look at it for its name
]


def outcome_of(wired: Wired[Any]) -> Any:
    """Call a hook in a task, and take what that gives or what it raises."""

    async def main() -> Any:
        try:
            return await wired.call("ann")
        except BaseException as error:  # noqa: BLE001 -- compared with what is expected
            return error

    return asyncio.run(main())


@pytest.mark.parametrize("make", FAILURES)
@pytest.mark.parametrize(("rule", "policy"), CASES)
@pytest.mark.parametrize("exact", [False, True])
def test_the_policy_holds_whatever_is_raised(
    make: Callable[[], BaseException], rule: Callable[..., Rule], policy: str, exact: bool
) -> None:
    """The module is named in the receipt, and the policy says what comes of it."""
    error = make()
    wired = wire(hook_of(rule(on_error=policy)), "ask", raising(error), exact=exact)
    result = outcome_of(wired)
    if policy == "raise":
        assert result is error
    elif policy == "fail":
        assert type(result) is ModuleFailedError
        assert (result.module, result.__cause__) == ("m0", error)
    else:
        assert not isinstance(result, BaseException) or (policy, type(result)) == ("deny", Refused)
    (step,) = wired.receipt.steps
    assert (step.module, step.outcome) == ("m0", Outcome.FAILED)


@pytest.mark.parametrize("make", FAILURES)
def test_the_next_module_is_asked(make: Callable[[], BaseException]) -> None:
    """With ``continue``, as after any failure."""
    denied = Deny("next")
    wired = wire(hook_of(FirstDenial(on_error="continue")), "ask", raising(make()), Spy(denied))
    assert wired.run() is denied


@pytest.mark.parametrize("make", FAILURES)
def test_a_shadow_module_never_counts(make: Callable[[], BaseException]) -> None:
    """Whatever it raises is recorded, and the call goes on."""
    wired = wire(Comments, "check", shadow(raising(make())), allow)
    assert wired.run() is ALLOW
    assert [step.outcome for step in wired.receipt.steps] == ["failed", "continue"]


@pytest.mark.parametrize("make", FAILURES)
def test_a_failure_is_part_of_an_explanation(make: Callable[[], BaseException]) -> None:
    """The trace has it, whatever its class."""
    wired = wire(hook_of(FirstDenial(on_error="raise")), "ask", raising(make()))
    traced = run(wired.chain.ask(["ann", "hi"], keep=False))
    assert (traced.outcome, traced.receipt.decider) == (Outcome.FAILED, "m0")


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, GeneratorExit])
@pytest.mark.parametrize("how", [given, shadow])
def test_interrupts_are_no_failures(interrupt: type[BaseException], how: Any) -> None:
    """They come through every policy, and no other module is asked."""
    spy = Spy()
    wired = wire(hook_of(FirstDenial(on_error="continue")), "ask", how(raising(interrupt())), spy)
    with pytest.raises(interrupt):
        wired.call("ann").send(None)
    assert (spy.calls, len(wired.receipts)) == ([], 0)


def test_a_future_that_the_modules_library_cancels_is_its_failure() -> None:
    """The task that calls the hook is not cancelled, and gets the module's name."""

    async def lookup(author: str) -> Any:
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.cancel)
        return await future

    wired = wire(Comments, "check", lookup)
    with pytest.raises(ModuleFailedError, match=r"'m0' failed in comments\.check: CancelledError"):
        wired.run()


class Now(Category):
    @hookspec(FirstDenial(on_error="continue"))
    def check(self, author: str) -> Any:
        """Called for what cannot wait."""


@pytest.mark.parametrize("error", [asyncio.CancelledError(), defer.CancelledError()])
async def test_nothing_can_cancel_a_synchronous_call(error: BaseException) -> None:
    """So a cancellation is the module's own, with an event loop and without."""

    def check(author: str) -> Any:
        raise error

    wired = wire(Now, "check", check)
    assert wired.call("ann") is ALLOW
    assert wired.call("ann") is ALLOW
    assert [receipt.steps[0].outcome for receipt in wired.receipts] == ["failed"] * 2


# Without asyncio, only the outermost caller knows whether it has cancelled a call.


def ask_by(entrance: Entrance | None, waiting: Deferred[Any], spy: Spy) -> tuple[Any, Any]:
    """Ask a module that waits for a Deferred, and another one."""
    wired = wire(hook_of(FirstDenial(on_error="continue")), "ask", lambda author: waiting, spy)
    coroutine = wired.chain.ask(["ann", "hi"], owner=entrance)
    return wired, (entrance or Entrance()).start(coroutine)


def test_an_owner_tells_cancellations_apart() -> None:
    """What the module's library cancels is the module's failure: the next one is asked."""
    spy, waiting = Spy(), Deferred[Any]()
    wired, asking = ask_by(Entrance(), waiting, spy)
    waiting.cancel()
    assert done(asking).outcome is Outcome.ALLOW
    assert steps_of(wired.receipt) == ["m0: failed, CancelledError", "m1: continue"]


def test_what_the_owner_cancels_is_the_callers() -> None:
    """No other module is asked."""
    spy = Spy()
    _, asking = ask_by(Entrance(), Deferred(), spy)
    asking.cancel()
    assert isinstance(done(asking), defer.CancelledError)
    assert spy.calls == []


def test_without_an_owner_a_cancellation_is_the_callers() -> None:
    """Both look alike to a coroutine that Twisted drives."""
    spy, waiting = Spy(), Deferred[Any]()
    _, asking = ask_by(None, waiting, spy)
    waiting.cancel()
    assert isinstance(done(asking), defer.CancelledError)
    assert spy.calls == []

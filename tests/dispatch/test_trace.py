from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit.dispatch import Trace
from hostkit.errors import ModuleFailedError
from hostkit.rules import ALLOW, CONTINUE, Decision, FirstDenial, FirstResult, Replace
from hostkit.specs import Category, hookspec

from .fakes import (
    SPAM,
    Comments,
    Wired,
    allow,
    broken,
    cancel,
    done,
    given,
    hook_of,
    nonsense,
    outcomes_of,
    raising,
    rude,
    run,
    saying,
    shadow,
    spam,
    steps_of,
    trace,
    wire,
)


class Doors(Category):
    @hookspec(FirstDenial(on_error="continue"))
    async def opened(self, who: str) -> Decision:
        """Called when the door opens."""
        raise PermissionError(who)

    @hookspec(FirstResult())
    def key(self, who: str) -> object:
        """Called for a key that hangs somewhere."""

    @hookspec(FirstResult())
    def hinge(self, who: str) -> object:
        """Called for what a door hangs on."""
        raise TypeError(who)


def tracing(wired: Wired[Any], *args: Any, keep: bool = False, **kwargs: Any) -> Any:
    """Call a hook for inspection, by ``ann`` by default."""
    args = args if args or kwargs else ("ann",)
    coroutine: Coroutine[Any, Any, Trace] = trace(wired.chain, args, kwargs, keep=keep)
    return coroutine


keeping = pytest.mark.parametrize("keep", [False, True])


@keeping
def test_a_trace_tells_every_step(keep: bool) -> None:
    """A trace has the result, and a receipt with every module's step and its length."""
    chain = wire(Comments, "check", allow, shadow(rude), spam, rude)
    traced = run(tracing(chain, keep=keep))
    assert (traced.result, traced.error) == (SPAM, None)
    assert steps_of(traced.receipt) == [
        "m0: continue",
        "m1 [shadow]: deny, rude",
        "m2: deny, spam: no adverts",
        "m3: not asked, because m2 denied",
    ]
    assert [step.seconds is not None for step in traced.receipt.steps] == [True, True, True, False]
    assert traced.receipt.seconds is not None
    assert traced.receipt.at is not None
    assert list(chain.receipts) == ([traced.receipt] if keep else [])


@keeping
def test_an_allowed_call_is_never_kept(keep: bool) -> None:
    """What a call would leave no receipt of, a trace does not keep."""
    chain = wire(Comments, "check", allow)
    traced = run(tracing(chain, "ann", keep=keep, text="hello"))
    assert (traced.result, traced.receipt.outcome) == (ALLOW, "allow")
    assert len(chain.receipts) == 0


@pytest.mark.parametrize(
    ("functions", "kept"),
    [
        ([saying(1)], False),
        ([shadow(saying(1))], True),
        ([given(broken, on_error="continue"), saying(1)], True),
        ([], False),
    ],
)
def test_what_is_kept_is_what_a_call_would_leave(functions: list[Any], kept: bool) -> None:
    """A kept trace of a hook without denials is one with a failure or a shadow's verdict."""
    chain = wire(Comments, "find", *functions)
    result = chain.run()
    assert bool(len(chain.receipts)) == kept
    traced = run(tracing(chain, keep=True))
    assert traced.result == result
    assert len(chain.receipts) == 2 * kept


@keeping
@pytest.mark.parametrize(
    ("failing", "outcome"), [(broken, "KeyError: 'ann'"), (nonsense, "expected ALLOW or a")]
)
def test_a_failure_is_part_of_the_trace(failing: Any, outcome: str, keep: bool) -> None:
    """What the caller would get as an exception is handed back, with the receipt."""
    chain = wire(Comments, "check", failing, spam)
    traced = run(tracing(chain, keep=keep))
    assert isinstance(traced.error, ModuleFailedError)
    assert (
        traced.result,
        traced.receipt.outcome,
        traced.receipt.decider,
    ) == (None, "failed", "m0")
    assert traced.receipt.reason.startswith(outcome)
    assert list(chain.receipts) == ([traced.receipt] if keep else [])


def test_an_error_raised_as_it_is_is_part_of_the_trace() -> None:
    """The policy to raise gives the trace the very same exception."""
    error = KeyError("ann")
    chain = wire(hook_of(FirstDenial(on_error="raise")), "ask", raising(error))
    assert error is run(tracing(chain)).error


def test_a_kept_trace_can_be_asked_for_by_its_id() -> None:
    """The id in a trace is that of the receipt that is kept."""
    chain = wire(Comments, "check", spam)
    receipt = run(tracing(chain, keep=True)).receipt
    assert receipt is chain.receipts.get(receipt.id)


def test_traces_have_ids_of_their_own() -> None:
    """Kept or not, a trace's receipt has an id that no other has."""
    chain = wire(Comments, "check", spam)
    chain.run()
    receipts = [run(tracing(chain)).receipt, run(tracing(chain, keep=True)).receipt]
    assert len({receipt.id for receipt in (*receipts, *chain.receipts)}) == 3


@pytest.mark.parametrize(("args", "kwargs"), [((), {"text": "hi"}), (("a", "b", "c"), {})])
def test_wrong_arguments_are_no_modules_failure(
    args: tuple[str, ...], kwargs: dict[str, str]
) -> None:
    """Arguments that are not the hook's are the caller's `TypeError`."""
    chain = wire(Comments, "check", spam)
    with pytest.raises(TypeError, match=r"argument"):
        run(tracing(chain, *args, keep=True, **kwargs))
    assert len(chain.receipts) == 0


@keeping
def test_a_raising_fallback_is_not_part_of_the_trace(keep: bool) -> None:
    """The host's own error is raised; a failure before it is kept as of any call."""
    chain = wire(Doors, "opened", broken)
    with pytest.raises(PermissionError):
        run(tracing(chain, keep=keep))
    reason = "PermissionError, raised by the host itself"
    assert outcomes_of(chain.receipts) == ([("failed", None, reason)] if keep else [])


def test_a_type_error_of_the_host_stays_what_it_is() -> None:
    """Arguments that are the hook's are not blamed for what a plain function raised."""
    with pytest.raises(TypeError, match=r"^ann$"):
        run(tracing(wire(Doors, "hinge")))


def test_a_synchronous_hook_can_be_traced() -> None:
    """A hook that is not awaited is traced alike, even if its value could be awaited."""
    value: Deferred[Any] = Deferred()
    traced = run(tracing(wire(Doors, "key", lambda who: value)))
    assert value is traced.result


def test_a_chain_without_callbacks_can_be_traced() -> None:
    """With no module listening, a trace has no steps."""
    traced = run(tracing(wire(Comments, "check")))
    assert (traced.result, traced.receipt.steps, traced.receipt.outcome) == (ALLOW, (), "allow")


def test_a_trace_can_be_cancelled() -> None:
    """Cancellation comes through a trace as through any call."""
    waiting: Deferred[Any] = Deferred()
    chain = wire(Comments, "check", shadow(spam), lambda author: waiting)
    call = Deferred.fromCoroutine(tracing(chain, keep=True))
    call.cancel()
    assert isinstance(done(call), CancelledError)
    assert outcomes_of(chain.receipts) == [("cancelled", None, None)]


async def test_a_traced_task_can_be_cancelled() -> None:
    """The same goes for asyncio, where cancellation is no `Exception`."""
    chain = wire(Comments, "check", lambda author: Deferred())
    task = asyncio.create_task(tracing(chain))
    await asyncio.sleep(0)
    await cancel(task)


# A call for which not every step is wanted is not measured, and leaves what any call leaves.


@pytest.mark.parametrize(
    ("hook", "answers", "expected"),
    [
        ("check", (ALLOW, ALLOW), ("allow", None, None)),
        ("check", (ALLOW, SPAM), ("deny", "m1", str(SPAM))),
        ("find", (None, "Ann"), ("result", "m1", "'Ann'")),
        ("gather", (1, 2), ("result", None, "[1, 2]")),
    ],
)
def test_a_plain_call_has_a_receipt_too(
    hook: str, answers: tuple[Any, ...], expected: tuple[str, str | None, str | None]
) -> None:
    """It names the decider; only a denial or a failure is kept, and nothing is measured."""
    wired = wire(Comments, hook, *map(saying, answers))
    values = wired.chain.spec.bind(("ann",), {})
    traced = run(wired.chain.ask(values, is_full=False))
    receipt = traced.receipt
    assert (receipt.outcome, receipt.decider, receipt.reason) == expected
    assert [step.seconds for step in receipt.steps] == [None, None]
    assert list(wired.receipts) == ([receipt] if expected[0] == "deny" else [])
    assert [timing.count for timing in wired.chain.timings] == [0, 0]


def test_a_plain_call_may_replace_an_argument() -> None:
    """Its receipt says that it was allowed."""

    def read(answer: Any) -> Any:
        return Replace(lambda _: answer, answer) if isinstance(answer, str) else CONTINUE

    wired = wire(hook_of(FirstDenial(read=read, replaces="text")), "ask", saying("new"))
    traced = run(wired.chain.ask(["ann", "hi"], is_full=False))
    assert (traced.result, traced.receipt.outcome, traced.receipt.id) == ("new", "allow", "")

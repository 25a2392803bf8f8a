"""What must hold when callbacks, answers and hosts behave in unusual ways."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from hostkit import Host
from hostkit.dispatch import Chain, Receipts, make_caller
from hostkit.errors import InvalidValueError, ModuleFailedError
from hostkit.rules import ALLOW, Collect, Decision, Deny, FirstDenial, FirstResult, Merge
from hostkit.specs import Category, hookspec

from .fakes import (
    Comments,
    broken,
    callback,
    cancel,
    given,
    hook_of,
    nonsense,
    outcomes_of,
    raising,
    run,
    saying,
    shadow,
    steps_of,
    trace,
    wire,
)


class Names(Category):
    """Callbacks whose arguments are called like builtins."""

    @hookspec(FirstResult())
    def pick(self, type: str, hasattr: int) -> str | None:  # noqa: A002
        """Called to pick one."""

    @hookspec(FirstDenial())
    async def check(self, type: str, Exception: int) -> Decision:  # noqa: A002, N803
        """Called to check one."""


def test_arguments_may_be_called_like_builtins() -> None:
    """The compiled chain has no name in common with any argument."""
    assert wire(Names, "pick", lambda *given: given[0]).call("x", 1) == "x"
    assert ALLOW is wire(Names, "check", lambda *_: ALLOW).run("x", 1)


def test_new_denials_are_recorded_like_constant_ones() -> None:
    """Each denial has its own receipt, whether or not it is the same object as the last one."""
    denials = [Deny("a"), Deny("a"), Deny("b")]
    order = iter([denials[0], denials[0], denials[1], denials[2], denials[0]])
    chain = wire(Comments, "check", lambda author: next(order))
    results = [chain.run() for _ in range(5)]
    assert results == [receipt_denial(reason) for _, _, reason in outcomes_of(chain.receipts)]


def receipt_denial(reason: str | None) -> Deny:
    return Deny(str(reason))


def test_a_denial_can_be_copied_and_pickled() -> None:
    """A denial may stand in an argument that is copied, or go to another process."""
    denial = Deny("a", "b", number=1)
    assert denial == copy.deepcopy(denial) == pickle.loads(pickle.dumps(denial))


class Incomparable:
    def __eq__(self, other: object) -> bool:
        raise ValueError("no order")

    __hash__ = None  # type: ignore[assignment]


def test_an_answer_that_cannot_be_compared_is_not_the_token() -> None:
    """It becomes part of the result like any other."""
    answer = Incomparable()
    chain = wire(hook_of(Merge(combine=list, stop_at="all")), "ask", saying(answer), saying(1))
    assert [id(one) for one in chain.run()] == [id(answer), id(1)]


class FrozenError(Exception):
    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(name)

    def add_note(self, note: str) -> None:
        raise AttributeError(note)


def test_an_exception_that_takes_no_note_is_still_raised_as_it_is() -> None:
    """The policy "raise" never puts another exception in its place."""
    error = FrozenError()
    with pytest.raises(FrozenError) as caught:
        wire(hook_of(FirstDenial(on_error="raise")), "ask", raising(error)).run()
    assert error is caught.value


class Argument:
    pass


@pytest.mark.parametrize("policy", ["raise", "fail"])
@pytest.mark.parametrize("module", [broken, nonsense])
def test_a_handled_exception_keeps_nothing_alive(policy: Any, module: Callable[..., Any]) -> None:
    """No cycle between an exception and the frames it passed waits for the garbage collector."""
    chain = wire(hook_of(FirstDenial(on_error=policy)), "ask", module)
    argument = Argument()
    seen = weakref.ref(argument)
    gc.collect()
    gc.disable()
    try:
        try:
            coroutine = chain.call(argument)
            coroutine.send(None)
        except (KeyError, InvalidValueError, ModuleFailedError):
            pass
        del argument, coroutine
        assert None is seen()
    finally:
        gc.enable()


def test_a_trace_tells_all_answers_of_a_hook_that_collects() -> None:
    """Where no answer decides, each one is shown."""
    wired = wire(hook_of(Collect()), "ask", saying(1), saying("two"))
    traced = run(trace(wired.chain, ("ann",), {}, keep=False))
    assert [step.rpartition(" (")[0] for step in map(str, traced.receipt.steps)] == [
        "m0: result, 1",
        "m1: result, 'two'",
    ]


class Falling(Category):
    """Callbacks with a fallback that denies."""

    @hookspec(FirstDenial())
    async def check(self, author: str) -> Decision:
        """Called to check; no input is trusted."""
        return Deny("nobody", author)


@pytest.mark.parametrize("modules", [(), (saying(ALLOW),)])
def test_a_denial_by_the_fallback_has_a_receipt(modules: tuple[Any, ...]) -> None:
    """It names no module, as none of them denied."""
    chain = wire(Falling, "check", *modules)
    assert Deny("nobody", "ann") == chain.run()
    assert outcomes_of(chain.receipts) == [("deny", None, "nobody: ann")]
    assert steps_of(chain.receipt) == ["m0: continue"] * len(modules)


def fail_to_combine(_answers: list[Any]) -> Any:
    raise OSError("disk full")


def test_a_failure_of_the_hosts_own_code_is_no_modules() -> None:
    """If `combine` raises after a module has failed, the receipt says whose failure that is."""
    rule = Merge(combine=fail_to_combine, on_error="continue")
    chain = wire(hook_of(rule), "ask", broken)
    with pytest.raises(OSError, match="disk full"):
        chain.run()
    assert outcomes_of(chain.receipts) == [("failed", None, "OSError, raised by the host itself")]


def test_secrets_are_not_shown_in_receipts_and_errors() -> None:
    """What came from the environment is taken out of all that hostkit writes about a call."""
    spec = Comments.hookspecs["check"]
    receipts = Receipts(redact=lambda text: text.replace("s3cret", "[redacted]"))
    modules = [
        callback((Comments, "check"), "a", saying("s3cret")),
        callback((Comments, "check"), "b", raising(ValueError("url with s3cret"))),
    ]
    for module in modules:
        chain = Chain(spec, [module], receipts)
        with pytest.raises(ModuleFailedError) as caught:
            run(make_caller(Comments, {"check": chain}, exact=False).check("ann"))
        assert "s3cret" not in str(caught.value)
    assert "[redacted]" in str(next(iter(receipts)))
    assert "s3cret" not in "".join(map(str, receipts))


def test_hooks_can_be_called_when_the_loop_of_the_start_is_closed() -> None:
    """Nothing can be scheduled there any more, so calls are not measured, and go on."""
    host = Host.from_config({"modules": [{"module": Listener}]}, categories=[Falling])
    asyncio.run(host.start())
    for _ in range(2):
        assert Deny("heard") == asyncio.run(host.hooks[Falling].check("ann"))
    assert [timing.count for timing in host.timings] == [1]


class Listener:
    def __init__(self, _config: object, api: Any) -> None:
        api.register(Falling, check=self.check)

    async def check(self, _author: str) -> Decision:
        return Deny("heard")


def test_denying_for_a_failure_needs_a_denial_of_the_hosts_kind() -> None:
    """A module's own policy means nothing where the rule does not know what denies."""
    rule = FirstDenial(read=lambda value: value, allow="fine")
    chain = wire(hook_of(rule), "ask", given(broken, on_error="deny"))
    with pytest.raises(ModuleFailedError):
        chain.run()


def test_the_time_of_copying_counts_for_nobody() -> None:
    """In a measured chain, the clock is read again after arguments are copied."""
    hook = hook_of(FirstDenial(), copy=("text",))
    chain = wire(hook, "ask", lambda author, text: ALLOW, exact=True)
    assert ALLOW is chain.run()
    assert [timing.count for timing in chain.chain.timings] == [1]


def test_hooks_can_be_copied() -> None:
    """Asking them for what `copy` looks for is no question for a category."""
    hooks = Host(categories=[Falling]).build().hooks
    assert isinstance(copy.copy(hooks)[Falling], Falling)


async def _cancels_itself(author: str) -> Decision:
    own = asyncio.get_running_loop().create_future()
    own.cancel()
    await own
    return ALLOW


async def _leaves(author: str) -> Decision:
    raise SystemExit(author)


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("function", [_cancels_itself, _leaves])
def test_a_shadow_that_ends_itself_ends_nothing_else(
    function: Callable[..., Any], exact: bool
) -> None:
    """A cancellation by no caller, or an exit, is a failure of the shadow module."""
    chain = wire(Comments, "check", shadow(function), saying(Deny("no")), exact=exact)
    assert Deny("no") == chain.run()
    assert [step.outcome for step in chain.receipt.steps] == ["failed", "deny"]


async def test_a_shadow_does_not_keep_the_call_from_being_cancelled() -> None:
    """When the caller gives up, the call ends, also while a shadow module is asked."""
    chain = wire(Comments, "check", shadow(saying(Deny("odd"))), shadow(_waits), saying(Deny("no")))
    task = asyncio.ensure_future(chain.call("ann"))
    await asyncio.sleep(0)
    await cancel(task)
    assert [step.outcome for step in chain.receipt.steps] == ["deny", "cancelled", "not asked"]


async def _waits(author: str) -> Decision:
    await asyncio.Event().wait()
    return ALLOW


def test_a_module_cannot_end_the_program() -> None:
    """To call `sys.exit` is a failure like any other, and counts as the rule says."""
    chain = wire(hook_of(FirstDenial(on_error="deny", denial=Deny("unsure"))), "ask", _leaves)
    assert Deny("unsure") == chain.run()
    with pytest.raises(ModuleFailedError, match="SystemExit: ann"):
        wire(hook_of(FirstDenial()), "ask", _leaves).run()

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit.dispatch import Sampler
from hostkit.errors import InvalidValueError, ModuleFailedError
from hostkit.rules import ALLOW, CONTINUE, FirstDenial, Replace, Rule

from .fakes import (
    Wired,
    broken,
    done,
    given,
    hook_of,
    outcomes_of,
    run,
    saying,
    shadow,
    spam,
    steps_of,
    trace,
    wire,
)

FINE = (True, None)


def read(value: Any) -> Any:
    """Read a change of the text: `(True, change)`; `FINE`; or `"no"`."""
    if value == "no":
        return "denied"
    if isinstance(value, tuple):
        return Replace(value[1], value)
    raise TypeError("no use for it")


def replacing(**options: Any) -> Rule:
    """Make a rule by which answers replace the text."""
    options = {"allow": FINE, "denial": "unsure", "replaces": "text", "read": read, **options}
    return FirstDenial(**options)


def add(word: str) -> tuple[bool, Callable[[list[str]], list[str]]]:
    """Make the answer that adds a word to the text."""
    return True, lambda text: [*text, word]


FAILING = (True, next)  # raises TypeError, as a text is no iterator


class Seen(list[tuple[str, Any]]):
    """What modules were given."""

    def module(self, name: str, answer: Any = FINE) -> Any:
        """Make a callback that notes the text it is asked about."""

        async def ask(author: str, text: Any) -> Any:
            self.append((name, text))
            return answer

        return ask


@pytest.mark.parametrize("exact", [False, True])
def test_those_asked_later_see_what_was_replaced(exact: bool) -> None:
    """Each answer builds on the one before, and that of the last is the result."""
    seen = Seen()
    given_text = ["hi"]
    modules = (
        seen.module("a"),
        seen.module("b", add("x")),
        seen.module("c"),
        seen.module("d", last := add("y")),
        seen.module("e"),
    )
    wired = wire(hook_of(replacing()), "ask", *modules, exact=exact)
    assert last is wired.run("ann", given_text)
    assert seen == [
        ("a", ["hi"]),
        ("b", ["hi"]),
        ("c", ["hi", "x"]),
        ("d", ["hi", "x"]),
        ("e", ["hi", "x", "y"]),
    ]
    assert given_text == ["hi"]
    assert list(wired.receipts) == []


@pytest.mark.parametrize("exact", [False, True])
def test_with_stop_the_first_one_to_replace_ends_the_chain(exact: bool) -> None:
    """Its answer is the result; no module is asked about it."""
    seen = Seen()
    rule = replacing(replacing="stop")
    modules = (seen.module("a"), seen.module("b", answer := add("x")), seen.module("c", "no"))
    wired = wire(hook_of(rule), "ask", *modules, exact=exact)
    assert answer is wired.run("ann", [])
    assert seen == [("a", []), ("b", [])]
    assert list(wired.receipts) == []
    counts = [1, 1, 0] if exact else [0, 0, 0]
    assert counts == [timing.count for timing in wired.chain.timings]
    assert FINE is wire(hook_of(rule), "ask", seen.module("a")).run("ann", [])


@pytest.mark.parametrize("exact", [False, True])
def test_with_stop_the_result_may_be_the_allow_value(exact: bool) -> None:
    """What was replaced ends the chain whatever the result is that says so."""

    def read_all(value: Any) -> Any:
        return Replace(lambda text: value, ALLOW)

    seen = Seen()
    rule = FirstDenial(read=read_all, replaces="text", replacing="stop")
    modules = (seen.module("a", 1), seen.module("b", 2))
    assert ALLOW is wire(hook_of(rule), "ask", *modules, exact=exact).run("ann", "hi")
    assert seen == [("a", "hi")]


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("how", ["ask", "stop"])
def test_nobody_replaces_anything(how: str, exact: bool) -> None:
    """Then the result is the rule's allow value, also if there are no modules."""
    rule = replacing(replacing=how)
    for modules in ([], [saying(FINE)], [saying(FINE), given(broken, on_error="continue")]):
        assert FINE is wire(hook_of(rule), "ask", *modules, exact=exact).run("ann", [])


def test_a_denial_after_it_is_the_result() -> None:
    """A module that is asked about what was replaced can deny it."""
    wired = wire(hook_of(replacing()), "ask", saying(add("x")), saying("no"), saying(FINE))
    assert wired.run("ann", []) == "denied"
    assert outcomes_of(wired.receipts) == [("deny", "m1", "'denied'")]
    assert steps_of(wired.receipt) == [
        "m0: continue",
        "m1: deny, 'denied'",
        "m2: not asked, because m1 denied",
    ]


def test_a_failure_before_it_is_in_the_receipt_of_an_allow() -> None:
    """The call's outcome is that it was allowed, however special the allow value."""
    rule = replacing(on_error="continue")
    wired = wire(hook_of(rule), "ask", broken, saying(add("x")))
    assert wired.run("ann", []) != FINE
    assert outcomes_of(wired.receipts) == [("allow", None, None)]
    rule = replacing(on_error="continue", replacing="stop")
    wired = wire(hook_of(rule), "ask", broken, saying((True, list)), saying(FINE))
    assert wired.run("ann", []) == (True, list)
    assert outcomes_of(wired.receipts) == [("allow", "m1", "(True, <class 'list'>)")]
    assert steps_of(wired.receipt)[2] == "m2: not asked, because m1 answered"


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("how", ["ask", "stop"])
@pytest.mark.parametrize("option", ["on_error", "on_invalid"])
def test_a_change_that_raises_is_an_invalid_answer(option: str, how: str, exact: bool) -> None:
    """It is handled by the policy for those, and the argument stays as it was."""

    def ask(policy: str) -> tuple[Any, Seen, Wired[Any]]:
        seen = Seen()
        rule = replacing(replacing=how, **{option: policy})
        modules = (seen.module("a", FAILING), seen.module("b"))
        wired = wire(hook_of(rule), "ask", *modules, exact=exact)
        return done(wired.start("ann", [])), seen, wired

    reason = "expected Any, got (True, <built-in function next>) ('list' object is not an iterator)"
    result, seen, wired = ask("continue")
    assert (result, seen) == (FINE, [("a", []), ("b", [])])
    assert wired.receipt.outcome == "allow"
    assert steps_of(wired.receipt) == [f"m0: invalid, {reason}", "m1: continue"]
    result, seen, wired = ask("deny")
    assert (result, seen) == ("unsure", [("a", [])])
    assert outcomes_of(wired.receipts) == [("deny", "m0", "'unsure'")]
    result, _, _ = ask("raise")
    assert isinstance(result, InvalidValueError)
    assert isinstance(result.__cause__, TypeError)
    result, seen, wired = ask("fail")
    assert isinstance(result, ModuleFailedError)
    assert seen == [("a", [])]
    assert wired.receipt.outcome == "failed"


def test_an_earlier_replacement_outlives_a_change_that_raises() -> None:
    """What was replaced before is still the result, and what later modules see."""
    seen = Seen()
    first = add("x")
    modules = (saying(first), seen.module("b", FAILING), seen.module("c"))
    wired = wire(hook_of(replacing(on_error="continue")), "ask", *modules)
    assert first is wired.run("ann", [])
    assert seen == [("b", ["x"]), ("c", ["x"])]


def test_copies_are_made_of_what_was_replaced() -> None:
    """With `copy=`, a module that changes its own copy changes nothing for the next."""

    async def spoil(author: str, text: list[str]) -> Any:
        text.append("spoilt")
        return add("x")

    seen = Seen()
    original = ["hi"]
    desk = hook_of(replacing(), copy=("text",))
    wired = wire(desk, "ask", spoil, spoil, seen.module("c"))
    wired.run("ann", original)
    assert seen == [("c", ["hi", "x", "x"])]
    assert original == ["hi"]


def test_a_shadow_module_replaces_nothing() -> None:
    """Its answer is recorded with what would have been the result; it gets its own copy."""

    async def spoil(author: str, text: list[str]) -> Any:
        text.append("spoilt")
        return FAILING

    seen = Seen()
    modules = (shadow(spoil), seen.module("b", add("x")), shadow(seen.module("c", "no")))
    wired = wire(hook_of(replacing()), "ask", *modules)
    wired.run("ann", ["hi"])
    assert seen == [("b", ["hi"]), ("c", ["hi", "x"])]
    assert steps_of(wired.receipt) == [
        "m0 [shadow]: result, (True, <built-in function next>)",
        "m1: continue",
        "m2 [shadow]: deny, 'denied'",
    ]
    assert wired.receipt.outcome == "allow"


@pytest.mark.parametrize("how", ["ask", "stop"])
def test_replacing_is_explained(how: str) -> None:
    """A trace shows which module has replaced the argument, and with which answer."""
    wired = wire(
        hook_of(replacing(replacing=how)), "ask", saying(FINE), saying((True, list)), saying(FINE)
    )
    told = run(trace(wired.chain, ("ann", ()), {}, keep=True))
    assert told.result == (True, list)
    last = "continue" if how == "ask" else "not asked, because m1 answered"
    assert steps_of(told.receipt) == [
        "m0: continue",
        "m1: result, (True, <class 'list'>)",
        f"m2: {last}",
    ]
    assert told.receipt.outcome == "allow"
    assert list(wired.receipts) == []


def test_a_measured_call_begins_with_the_callers_arguments() -> None:
    """The function that reads the clock is given them before anything was replaced."""
    armed: list[Any] = []

    def call_later(delay: float, function: Any, *args: Any) -> Any:
        armed.append(delay)

    seen = Seen()
    wired = wire(hook_of(replacing()), "ask", seen.module("a", add("x")), seen.module("b"))
    Sampler([wired.chain], call_later).start()
    for _ in range(2):
        wired.run("ann", [])
    assert seen == [("a", []), ("b", ["x"])] * 2
    assert len(armed) == 1
    assert [timing.count for timing in wired.chain.timings] == [1, 1]


def test_cancelling_after_something_was_replaced() -> None:
    """A caller that gives up gets no result; nothing has failed."""
    waiting: Deferred[None] = Deferred()
    wired = wire(hook_of(replacing()), "ask", saying(add("x")), lambda author: waiting)
    call = wired.start("ann", [])
    call.cancel()
    assert isinstance(done(call), CancelledError)
    assert list(wired.receipts) == []


def test_a_denial_that_is_raised_after_it() -> None:
    """A veto ends the chain whatever was replaced."""
    rule = replacing(veto=lambda error: isinstance(error, KeyError))
    wired = wire(hook_of(rule), "ask", saying(add("x")), broken)
    with pytest.raises(KeyError):
        wired.run("ann", [])
    assert outcomes_of(wired.receipts) == [("deny", "m1", "KeyError: 'ann'")]


def test_without_it_a_rule_knows_only_its_own_answers() -> None:
    """A `Deny` that `read` has no use for is invalid, as anywhere else."""
    wired = wire(hook_of(replacing(on_invalid="continue")), "ask", spam, saying(CONTINUE))
    assert FINE is wired.run("ann", [])
    assert [step.outcome for step in wired.receipt.steps] == ["invalid", "invalid"]

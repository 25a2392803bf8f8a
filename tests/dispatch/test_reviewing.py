"""Deciders that were asked before an argument was replaced may be asked again about it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostkit.errors import ModuleFailedError, SpecError
from hostkit.rules import ALLOW, CONTINUE, Deny, FirstDenial, Replace

from .fakes import done, hook_of, run, shadow, steps_of, wire

LIMIT = 20
LONG = Deny("too_long")
exactly = pytest.mark.parametrize("exact", [False, True])


def read(answer: Any) -> Any:
    """Read a string as what the text becomes."""
    if isinstance(answer, str):
        return Replace(lambda _: answer, ("agreed", answer))
    return CONTINUE if answer is None else answer


def reviewing(**options: Any) -> FirstDenial:
    """Make a rule whose deciders have the last word."""
    rule: dict[str, Any] = {"replaces": "text", "read": read, "denial": LONG, "asks_again": True}
    return FirstDenial(**rule | options)


class Module:
    """A module that notes about which texts it is asked."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def limit(self, author: str, text: str) -> Any:
        """Deny long texts."""
        self.seen.append(text)
        return LONG if len(text) > LIMIT else None

    async def expand(self, author: str, text: str) -> Any:
        """Write abbreviations out."""
        self.seen.append(text)
        return text.replace("btw", "by the way, dear reader,") if "btw" in text else None

    async def grow(self, author: str, text: str) -> Any:
        """Add something, whatever it is asked about."""
        self.seen.append(text)
        return text + "!"

    async def object(self, author: str, text: str) -> Any:
        """Add something to what others have changed."""
        self.seen.append(text)
        return text + "?" if text.endswith("!") else None

    async def capitalise(self, author: str, text: str) -> Any:
        """Answer with a text that is the same from the second time on."""
        self.seen.append(text)
        return text.upper()


@exactly
@pytest.mark.parametrize("order", ["limit expand", "expand limit"])
def test_the_order_of_a_limit_and_an_expander_does_not_matter(order: str, exact: bool) -> None:
    """What was finally agreed is what the limit is about."""
    module = Module()
    functions = [getattr(module, name) for name in order.split()]
    wired = wire(hook_of(reviewing()), "ask", *functions, exact=exact)
    assert wired.run("ann", "btw") is LONG
    assert wired.receipt.decider == f"m{order.split().index('limit')}"
    assert wired.run("ann", "hello") is ALLOW


def test_without_the_option_they_decide_about_what_came() -> None:
    """A decider before a rewriter never sees what it becomes."""
    module = Module()
    rule = reviewing(asks_again=False)
    wired = wire(hook_of(rule), "ask", module.limit, module.expand)
    assert wired.run("ann", "btw") == ("agreed", "by the way, dear reader,")


def test_only_those_before_the_last_replacement_are_asked_again() -> None:
    """Each module decides once about what is agreed, and those in shadow mode are left out."""
    before, first, between, last, after, spied = (Module() for _ in range(6))
    wired = wire(
        hook_of(reviewing()),
        "ask",
        before.limit,
        first.capitalise,
        between.limit,
        shadow(spied.limit),
        last.expand,
        after.limit,
    )
    assert wired.run("ann", "x") == ("agreed", "X")
    assert [each.seen for each in (before, first, between, last, after)] == [
        ["x", "X"],
        ["x"],
        ["X"],
        ["X"],
        ["X"],
    ]
    assert spied.seen == ["X"]


def test_changing_it_again_is_refused() -> None:
    """There is one review, so that it ends: what a module changes in it is an invalid answer."""
    module, other = Module(), Module()
    wired = wire(hook_of(reviewing()), "ask", module.object, other.grow)
    with pytest.raises(ModuleFailedError, match="changes again what was finally agreed") as caught:
        wired.run("ann", "a")
    assert caught.value.module == "m0"
    assert (module.seen, other.seen) == (["a", "a!"], ["a"])
    assert [step.outcome for step in wired.receipt.steps] == ["invalid", "continue"]


def test_it_can_count_as_a_denial_or_be_left_alone() -> None:
    """The policy for invalid answers holds in the review, too."""
    denying = wire(hook_of(reviewing(on_invalid="deny")), "ask", Module().object, Module().grow)
    assert denying.run("ann", "a") is LONG
    rule = reviewing(on_invalid="continue")
    going_on = wire(hook_of(rule), "ask", Module().object, Module().grow)
    assert going_on.run("ann", "a") == ("agreed", "a!")


def test_modules_that_replaced_it_have_had_their_say() -> None:
    """They are not asked again, so two that always add something agree."""
    first, second = Module(), Module()
    wired = wire(hook_of(reviewing()), "ask", first.grow, second.grow)
    assert wired.run("ann", "a") == ("agreed", "a!!")
    assert (first.seen, second.seen) == (["a"], ["a!"])


def test_an_answer_that_gives_what_is_agreed_is_fine() -> None:
    """It changes nothing."""

    async def repeat(author: str, text: str) -> Any:
        return None if text == "a" else text

    wired = wire(hook_of(reviewing()), "ask", repeat, Module().grow)
    assert wired.run("ann", "a") == ("agreed", "a!")


@exactly
def test_a_replacement_that_ends_the_asking_is_reviewed(exact: bool) -> None:
    """The modules after it are not asked, but those before it are asked again."""
    before, after = Module(), Module()
    rule = reviewing(replacing="stop")
    wired = wire(hook_of(rule), "ask", before.limit, Module().expand, after.limit, exact=exact)
    assert wired.run("ann", "btw") is LONG
    assert (before.seen, after.seen) == (["btw", "by the way, dear reader,"], [])
    assert wired.run("ann", "fine") is ALLOW
    first = wire(hook_of(rule), "ask", Module().grow, after.limit)
    assert first.run("ann", "a") == ("agreed", "a!")


def test_a_failure_in_the_review_is_one() -> None:
    """It is the module's, as at any time."""

    async def fail_later(author: str, text: str) -> Any:
        if text != "a":
            raise KeyError(text)

    wired = wire(hook_of(reviewing()), "ask", fail_later, Module().grow)
    with pytest.raises(ModuleFailedError, match=r"'m0' failed in desk\.ask: KeyError: 'a!'"):
        wired.run("ann", "a")


def test_an_explanation_shows_the_review() -> None:
    """The step of a module says what it answered last."""
    wired = wire(hook_of(reviewing()), "ask", Module().limit, Module().expand)
    traced = run(wired.chain.ask(["ann", "btw"], keep=False))
    assert steps_of(traced.receipt) == [
        "m0: deny, too_long",
        "m1: result, ('agreed', 'by the way, dear reader,')",
    ]


@exactly
def test_the_review_is_measured(exact: bool) -> None:
    """A module's time is that of both times it was asked; a call counts once."""
    took: list[float] = []

    def slow(author: str, text: str) -> Any:
        began = time.perf_counter()
        time.sleep(0.002)
        took.append(time.perf_counter() - began)

    wired = wire(hook_of(reviewing()), "ask", slow, Module().grow, exact=exact)
    if exact:
        wired.run("ann", "a")
    else:
        receipt = run(wired.chain.ask(["ann", "a"], keep=False)).receipt
        assert receipt.seconds is not None
        assert receipt.seconds > sum(took)
    assert wired.chain.timings[0].seconds > sum(took)
    assert [timing.count for timing in wired.chain.timings] == [1, 1]


def test_a_synchronous_hook_reviews_too() -> None:
    """It is the same loop."""
    wired = wire(hook_of(reviewing()), "ask", Module().limit, Module().expand)
    assert done(wired.start("ann", "btw")) is LONG


@settings(deadline=None, max_examples=60)
@given(st.permutations(["limit", "expand", "capitalise", "limit"]), st.sampled_from(["btw", "a"]))
def test_nothing_is_agreed_that_a_decider_would_deny(order: list[str], text: str) -> None:
    """Whatever the order of limits and rewriters: they agree on what a limit lets pass."""
    module = Module()
    wired = wire(hook_of(reviewing()), "ask", *(getattr(module, name) for name in order))
    result = wired.run("ann", text)
    assert result is LONG or len(result[1]) <= LIMIT


def test_the_option_needs_an_argument_that_is_replaced() -> None:
    """Without one there is nothing to ask again about."""
    with pytest.raises(SpecError, match="asks_again=True but no replaces="):
        FirstDenial(asks_again=True)  # type: ignore[call-overload]

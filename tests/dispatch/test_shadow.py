from __future__ import annotations

import threading
from typing import Any

import pytest

from hostkit.dispatch import Callback, Chain, Receipts, make_caller
from hostkit.rules import (
    ALLOW,
    Collect,
    Exclusive,
    FirstDenial,
    FirstResult,
    Merge,
    Notify,
    Rule,
)
from hostkit.specs import fit_by_name

from .fakes import (
    RUDE,
    SPAM,
    Comments,
    Spy,
    allow,
    broken,
    given,
    hook_of,
    nonsense,
    nothing,
    outcomes_of,
    rude,
    run,
    saying,
    shadow,
    spam,
    steps_of,
    wire,
)


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    ("function", "step"),
    [
        (spam, "deny, spam: no adverts"),
        (broken, "failed, KeyError: 'ann'"),
        (nonsense, "invalid, 7 (neither ALLOW nor a Deny)"),
    ],
)
def test_a_shadow_never_counts(function: Any, step: str, exact: bool) -> None:
    """A module in shadow mode is asked and its verdict recorded, but the next one decides."""
    spy = Spy()
    chain = wire(Comments, "check", allow, shadow(function), spy, exact=exact)
    assert ALLOW is chain.run()
    assert spy.calls == [("ann", "hi")]
    assert outcomes_of(chain.receipts) == [("allow", None, None)]
    assert steps_of(chain.receipt) == ["m0: continue", f"m1 [shadow]: {step}", "m2: continue"]


@pytest.mark.parametrize("exact", [False, True])
def test_a_shadows_verdict_stands_beside_the_real_one(exact: bool) -> None:
    """One receipt shows what the shadow would have said and who denied."""
    chain = wire(Comments, "check", shadow(spam), rude, shadow(spam), exact=exact)
    assert RUDE is chain.run()
    assert outcomes_of(chain.receipts) == [("deny", "m1", "rude")]
    assert steps_of(chain.receipt) == [
        "m0 [shadow]: deny, spam: no adverts",
        "m1: deny, rude",
        "m2 [shadow]: not asked, because m1 denied",
    ]


def test_a_shadow_that_continues_leaves_no_receipt() -> None:
    """There is nothing to record about a verdict that changes nothing."""
    chain = wire(Comments, "check", shadow(allow))
    assert ALLOW is chain.run()
    assert len(chain.receipts) == 0


@pytest.mark.parametrize(
    ("rule", "result", "step"),
    [
        (FirstResult(), None, "m0 [shadow]: result, 5"),
        (FirstResult(read=lambda value: value + 1), None, "m0 [shadow]: result, 6"),
        (Exclusive(default=1), 1, "m0 [shadow]: result, 5"),
        (FirstDenial(read=lambda value: value), ALLOW, "m0 [shadow]: deny, 5"),
        (Notify(), None, None),
        (Collect(), [], None),
        (Merge(combine=sum, stop_at=5), 0, None),
        (Collect(read=lambda value: value.upper()), [], "m0 [shadow]: invalid, 5 ('int' object "),
    ],
)
def test_a_shadows_value_is_recorded_where_it_would_decide(
    rule: Rule, result: object, step: str | None
) -> None:
    """Values of shadows never come to the caller; those that would decide make a receipt."""
    chain = wire(hook_of(rule), "ask", shadow(saying(5)))
    assert chain.run() == result
    assert (step is not None) == bool(len(chain.receipts))
    assert step is None or steps_of(chain.receipt)[0].startswith(step)


@pytest.mark.parametrize("rule", [Notify(), Collect(), Merge(combine=sum)])
def test_a_failing_shadow_is_recorded_by_every_rule(rule: Rule) -> None:
    """Whatever the rule, the failure of a shadow is seen in a receipt only."""
    chain = wire(hook_of(rule), "ask", shadow(broken), saying(1))
    chain.run()
    assert steps_of(chain.receipt) == ["m0 [shadow]: failed, KeyError: 'ann'", "m1: continue"]


def test_a_shadow_of_an_exclusive_hook_leaves_the_answer_to_the_owner() -> None:
    """Beside the one module that may answer, others may be tried out."""
    assert wire(Comments, "style", shadow(saying("faint")), saying("bold")).run() == "bold"


def test_a_value_that_says_nothing_is_not_recorded() -> None:
    """What lets the next module be asked would not have decided."""
    chain = wire(Comments, "find", shadow(nothing))
    assert None is chain.run()
    assert len(chain.receipts) == 0


def test_a_shadow_has_no_policy_of_its_own() -> None:
    """In shadow mode even a module that shall raise its errors does not."""
    assert ALLOW is wire(Comments, "check", given(broken, shadow=True, on_error="raise")).run()


# What callbacks are given.


def spoil(author: str, text: Any) -> Any:
    """Change the argument in place."""
    if isinstance(text, set):
        text.clear()
    else:
        text.append("spoilt") if isinstance(text, list) else text.update(spoilt=1)
    return ALLOW


@pytest.mark.parametrize("value", [{"a": [1]}, [[1]], {1}])
def test_shadows_cannot_change_what_the_others_get(value: Any) -> None:
    """A module in shadow mode gets its own copy of dicts, lists and sets."""
    spy = Spy()
    chain = wire(Comments, "check", shadow(spoil), spy)
    before = repr(value)
    assert ALLOW is chain.run("ann", value)
    assert value is spy.calls[0][1]
    assert repr(value) == before


def test_shadows_share_what_cannot_be_changed_in_place() -> None:
    """Other arguments are passed on as they are."""
    value, spy = object(), Spy()
    wire(Comments, "check", shadow(spy)).run("ann", value)
    assert value is spy.calls[0][1]


def test_a_shadow_may_take_fewer_arguments() -> None:
    """Only what a callback takes is copied for it."""
    chain = wire(Comments, "check", shadow(allow))
    assert ALLOW is chain.run("ann", [threading.Lock()])


def test_an_argument_that_cannot_be_copied_fails_a_shadow_only() -> None:
    """That a shadow's arguments cannot be copied keeps it from being asked, and nothing else."""
    spy = Spy()
    chain = wire(Comments, "check", shadow(spy), spy)
    assert ALLOW is chain.run("ann", [threading.Lock()])
    assert len(spy.calls) == 1
    assert steps_of(chain.receipt)[0].startswith("m0 [shadow]: failed, TypeError: cannot pickle")


@pytest.mark.parametrize("how", [given, shadow])
def test_each_callback_gets_its_own_copy(how: Any) -> None:
    """Where the hookspec says so, no callback sees what another did to an argument."""
    desk = hook_of(FirstDenial(), copy=("text",))
    value, first, last = {"a": [1]}, Spy(), Spy()
    wire(desk, "ask", how(first), how(spoil), allow, last).run("ann", value)
    copies = [first.calls[0][1], last.calls[0][1]]
    assert copies == [{"a": [1]}] * 2
    assert copies[0] is not copies[1]
    assert value == {"a": [1]}


def test_named_arguments_are_copied_too() -> None:
    """A callback that gets its arguments by name gets copies as well."""

    def by_name(*, text: dict[str, int], author: str) -> Any:
        text.clear()
        return SPAM

    desk = hook_of(FirstDenial(), copy=("text",))
    spec = desk.hookspecs["ask"]
    callback = Callback(module="m0", function=by_name, fit=fit_by_name(spec, by_name))
    chain = Chain(spec, [callback], Receipts())
    value = {"a": 1}
    assert SPAM is run(make_caller(desk, {"ask": chain}, exact=False).ask("ann", value))
    assert value == {"a": 1}


def test_an_argument_that_cannot_be_copied_is_the_callers_mistake() -> None:
    """The caller gets the error as it is; no module is blamed and no policy applies."""
    spy = Spy()
    desk = hook_of(FirstDenial(on_error="deny"), copy=("text",))
    chain = wire(desk, "ask", spy)
    with pytest.raises(TypeError, match="cannot pickle") as caught:
        chain.run("ann", threading.Lock())
    assert not hasattr(caught.value, "__notes__")
    assert (spy.calls, len(chain.receipts)) == ([], 0)

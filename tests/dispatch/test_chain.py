from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from hostkit.rules import (
    ALLOW,
    CONTINUE,
    Collect,
    Decision,
    Deny,
    FirstDenial,
    FirstResult,
    Merge,
    Rule,
)
from hostkit.specs import Category, hookspec

from .fakes import (
    RUDE,
    SPAM,
    Comments,
    Spy,
    allow,
    broken,
    hook_of,
    rude,
    run,
    saying,
    spam,
    wire,
)


def test_modules_are_asked_in_order_until_one_denies() -> None:
    """The first denial is the result, and no later module is called."""
    first, last = Spy(), Spy()
    assert SPAM is wire(Comments, "check", first, spam, rude, last).run("ann", "hello")
    assert (first.calls, last.calls) == ([("ann", "hello")], [])


def test_nobody_denies() -> None:
    """When all modules allow, so does the chain."""
    assert ALLOW is wire(Comments, "check", allow, Spy()).run()


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    ("hook", "result"),
    [
        ("check", ALLOW),
        ("find", None),
        ("tell", None),
        ("gather", []),
        ("add", 0),
        ("style", "plain"),
    ],
)
def test_a_chain_without_callbacks_gives_the_rules_default(
    hook: str, result: object, exact: bool
) -> None:
    """With no module listening, the result is what the rule says for none."""
    assert wire(Comments, hook, exact=exact).run() == result


def test_a_synchronous_chain_gives_its_result_at_once() -> None:
    """A hook declared with plain ``def`` is not awaited."""
    assert ALLOW is wire(Comments, "check_now").call("ann")
    assert RUDE is wire(Comments, "check_now", Spy(), Spy(RUDE)).call("ann")


@pytest.mark.parametrize(
    ("hook", "answers", "result", "asked"),
    [
        ("find", [None, 0, 1], 0, 2),
        ("find", [None, None], None, 2),
        ("tell", [1, SPAM, None], None, 3),
        ("gather", [3, None, 1], [3, None, 1], 3),
        ("add", [1, 2, 3], 6, 3),
        ("add", [1, 100, 3], 100, 2),
        ("style", [None], None, 1),
    ],
)
def test_a_rule_decides_on_the_result(
    hook: str, answers: list[object], result: object, asked: int
) -> None:
    """Each rule makes one result of the answers, and stops where it says."""
    spies = [Spy(answer) for answer in answers]
    assert wire(Comments, hook, *spies).run() == result
    assert [len(spy.calls) for spy in spies] == [1] * asked + [0] * (len(spies) - asked)


def longer_than_two(value: Any) -> Any:
    """Read a text: short ones mean nothing, and what is no text is invalid."""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value.upper() if len(value) > 2 else CONTINUE


@pytest.mark.parametrize(
    ("rule", "result"),
    [
        (FirstDenial(read=longer_than_two, on_error="continue"), "ABC"),
        (FirstResult(read=longer_than_two, on_error="continue"), "ABC"),
        (Collect(read=longer_than_two, on_error="continue"), ["ABC", "DEF"]),
        (Merge(combine="+".join, read=longer_than_two, on_error="continue"), "ABC+DEF"),
    ],
)
def test_answers_are_read_before_they_count(rule: Rule, result: object) -> None:
    """What ``read`` makes of an answer is what counts, and what it refuses is invalid."""
    answers = ["a", 5, "abc", "def"]
    assert wire(hook_of(rule), "ask", *map(saying, answers)).run() == result


def test_an_answer_can_be_read_as_the_allow_value() -> None:
    """An answer that is read as the allow value lets the next module be asked."""
    rule = FirstDenial(read=bool, allow=True, denial=False)
    chain = wire(hook_of(rule), "ask", saying(1), saying(0), saying(1))
    assert [chain.run(), chain.receipt.steps[1].outcome.value == "allow"] == [False, 0]


def test_arguments_go_by_position_and_by_name() -> None:
    """Callers may name arguments, and leave out those that the hookspec has a default for."""
    spy = Spy()
    chain = wire(Comments, "check", spy)
    chain.run("ann")
    chain.run("bob", text="hello")
    run(chain.call(author="cid", text="bye"))
    assert spy.calls == [("ann", "hi"), ("bob", "hello"), ("cid", "bye")]


@pytest.mark.parametrize("functions", [(), (allow,)])
@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((), {}), (("ann", "hi", "more"), {}), (("ann",), {"author": "bob"}), (("ann",), {"x": 1})],
)
def test_wrong_arguments_are_the_callers_mistake(
    functions: tuple[Callable[..., Any], ...], args: tuple[str, ...], kwargs: dict[str, Any]
) -> None:
    """A call that does not fit the hookspec is a `TypeError` at once, like any call."""
    chain = wire(Comments, "check", *functions)
    with pytest.raises(TypeError, match=r"check\(\)"):
        chain.call(*args, **kwargs)
    assert len(chain.receipts) == 0


def test_arguments_may_be_called_like_builtins() -> None:
    """No name that a hookspec may give an argument gets in the way of the chain."""

    class Odd(Category):
        @hookspec(FirstDenial())
        async def ask(self, type: str, hasattr: int, locals: int) -> Decision:  # noqa: A002
            """Called with names that mean something else elsewhere."""

    def answer(type_: str, *_: int) -> Any:
        return Deny(type_)

    assert Deny("t") == wire(Odd, "ask", answer).run("t", 1, 2)
    assert Deny("t") == wire(Odd, "ask", answer, exact=True).run("t", 1, 2)


def test_a_chain_looks_like_its_hookspec() -> None:
    """The compiled function has the name and the docstring of what it stands for."""
    call = wire(Comments, "check", allow).call
    assert ("check", Comments.check.__doc__) == (call.__name__, call.__doc__)


def test_a_very_long_chain_can_be_called() -> None:
    """There is no limit to the number of callbacks."""
    functions = [allow] * 300
    assert SPAM is wire(Comments, "check", *functions, spam).run()


@pytest.mark.parametrize("exact", [False, True])
def test_a_traceback_shows_the_line_of_the_chain(exact: bool) -> None:
    """A traceback through a chain shows its lines, although they are in no file."""
    chain = wire(hook_of(FirstDenial(on_error="raise")), "ask", allow, broken, exact=exact)
    with pytest.raises(KeyError) as caught:
        chain.run()
    shown = "".join(traceback.format_exception(caught.value))
    title = "desk.ask timed" if exact else "desk.ask"
    assert re.search(rf'File "<hostkit {title}( #\d+)?>", line ', shown)
    assert "_answer = await _c1(author)\n" in shown

from __future__ import annotations

import asyncio
import re
import sys
import threading
import unittest
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Protocol, TypedDict, TypeVar

import pytest
from hypothesis import strategies

from hostkit import ALLOW, Category, Decision, Deny, Keyed, hookspec, rules
from hostkit.testing import check_category
from hostkit.testing._fitting import fits

from .shop import Comments, Logins

if TYPE_CHECKING:
    from collections.abc import Callable


class Fields(TypedDict):
    """A dictionary."""

    name: str


class Sized(Protocol):
    """What only type checkers know."""

    size: int


TestComments = check_category(Comments)
TestLogins = check_category(Logins, arguments={"check_login": {"kind": "password"}})


def problems_of(category: type[Category], **options: Any) -> dict[str, str]:
    """Run the tests of a category: the first line of each failure, by the names of the tests."""
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(check_category(category, **options)).run(
        result
    )
    assert result.testsRun
    return {
        test.id().rpartition(".test_")[2]: text.rpartition("AssertionError: ")[2].splitlines()[0]
        for test, text in [*result.failures, *result.errors]
    }


def test_it_belongs_to_the_file_that_asks_for_it() -> None:
    """So that reports of unittest and pytest name that file, and each test its hook."""
    assert TestComments.__module__ == __name__
    assert TestComments.__name__ == "TestComments"
    names = unittest.defaultTestLoader.getTestCaseNames(TestComments)
    assert [name for name in names if "check_now" in name] == [
        "test_check_now_with_a_module_in_shadow_mode",
        "test_check_now_with_a_module_that_raises",
        "test_check_now_without_a_module",
    ]
    assert "test_on_posted_when_it_is_cancelled" in names


class Odd(Category):
    """Callbacks that give odd results."""

    @hookspec(rules.Merge(combine=max))
    async def find_most(self, text: str) -> int:
        """Called for the largest."""

    @hookspec(rules.FirstResult(default="a"))
    def find_number(self, text: str) -> int:
        """Called for a number."""

    @hookspec(rules.FirstResult())
    async def find_later(self) -> int:
        """Called for a number that takes a while."""
        await asyncio.sleep(1e-6)
        return id(object())

    @hookspec(rules.Notify(), copy=("value",))
    async def on_value(self, value: Any) -> None:
        """Called for a value."""


def test_results_are_what_the_hook_is_annotated_with() -> None:
    """The rule's default, what is combined of no answers, and what the body returns."""
    problems = problems_of(Odd, arguments={"on_value": {"value": 1}})
    assert problems == {
        "find_most_without_a_module": "odd.find_most: without any module it gives a result, but "
        "ValueError('max() arg is an empty sequence') was raised",
        "find_number_without_a_module": "odd.find_number: without any module the result is of the "
        "type it is annotated with, int, but the result was 'a'",
        "find_later_without_a_module": "odd.find_later: without any module it gives a result, but "
        "RuntimeError('no running event loop') was raised",
    }
    problems = problems_of(Odd, arguments={"on_value": {"value": 1}}, loops=["asyncio"])
    assert sorted(problems) == ["find_most_without_a_module", "find_number_without_a_module"]


def test_arguments_that_are_copied_can_be() -> None:
    """What cannot be copied is found before a module is asked about it."""
    problems = problems_of(
        Odd, arguments={"on_value": {"value": threading.Lock()}}, loops=["asyncio"]
    )
    assert problems["on_value_copies_its_arguments"] == (
        'odd.on_value: arguments declared with copy= can be copied, but TypeError("cannot pickle '
        "'_thread.lock' object\") was raised"
    )


def refuse(denial: object) -> Deny:
    """Fail to describe a denial."""
    raise KeyError(denial)


def answering(value: Any) -> Any:
    """Make a function of the host's that returns something wrong."""
    return lambda *_: value


class Denying(Category):
    """Callbacks with denials of the host's own."""

    @hookspec(rules.FirstDenial(read=bool, allow=True, denial="no", on_error="deny"))
    async def check_type(self, text: str) -> bool:
        """Called with a denial of another type."""

    @hookspec(rules.FirstDenial(on_error="deny", describe=refuse))
    async def check_described(self, text: str) -> Decision:
        """Called with a denial that cannot be described."""

    @hookspec(rules.FirstDenial(on_error="deny", describe=answering("no")))
    async def check_word(self, text: str) -> Decision:
        """Called with a denial that is described by a word."""

    @hookspec(rules.Notify(on_error="deny", denial=answering("no")))
    async def on_text(self, text: str) -> None:
        """Called with a denial that is not an exception."""

    @hookspec(rules.Notify(on_error="deny", denial=PermissionError))
    async def on_good_text(self, text: str) -> None:
        """Called with a denial that is."""


def test_a_failure_that_counts_as_a_denial_is_one() -> None:
    """Of the right type, and with a code and a reason."""
    problems = problems_of(Denying)
    assert problems == {
        "check_type_with_a_module_that_raises": "denying.check_type, module 'failing': after a "
        "failure with the policy 'deny' the result is of the type it is annotated with, bool, but "
        "the result was 'no'",
        "check_type_with_a_module_that_takes_too_long": "denying.check_type, module 'failing': "
        "after a failure with the policy 'deny' the result is of the type it is annotated with, "
        "bool, but the result was 'no'",
    } | {
        f"{hook}_with_a_module_that_{what}": message
        for what in ("raises", "takes_too_long")
        for hook, message in {
            "check_described": "denying.check_described, module 'failing': the denial can be "
            "described, but KeyError(\"Deny(code='module_failed', reason='a module could not "
            "decide', extra=mappingproxy({}))\") was raised",
            "check_word": "denying.check_word, module 'failing': a denial is described as a Deny, "
            "but it was 'no'",
            "on_text": "denying.on_text, module 'failing': a failure with the policy 'deny' counts "
            'as a denial, but TypeError("denial= of rules.Notify must make an exception, not '
            "'no'\") was raised",
        }.items()
    }


class Deciding(Category):
    """Callbacks of which one needs a module that decides."""

    @hookspec(rules.FirstDenial(), must_decide=True)
    async def check_must(self, text: str) -> Decision:
        """Called before a comment is stored."""

    @hookspec(
        rules.FirstResult(default=0),
        keyed=Keyed("kind", lambda key: (key[0], None)),
        copy=("items",),
    )
    async def find_sum(self, kind: str, items: list[int]) -> int:
        """Called for the sum of something."""

    @hookspec(rules.FirstDenial(veto=lambda error: isinstance(error, Exception)))
    async def check_veto(self, text: str = "hi") -> Decision:
        """Called where each exception is a denial."""


TestDeciding = check_category(
    Deciding,
    arguments={"find_sum": {"kind": "fee", "items": strategies.just([1])}},
    keys={"find_sum": ("fee", 1)},
)


class Priced(Category):
    """Callbacks that need a module for a result."""

    @hookspec(rules.FirstResult(), must_decide=True)
    async def find_price(self) -> int | None:
        """Called for a price."""


def test_what_has_no_result_without_a_module_is_not_compared_with_it() -> None:
    """As there is no host without one."""
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(check_category(Priced)).run(result)
    assert result.wasSuccessful()
    assert {reason for _, reason in result.skipped} == {
        "priced.find_price has no result without a module"
    }


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [
        (None, None, True),
        (1, None, False),
        (1, float, True),
        ("a", Literal["a", "b"], True),
        (True, Literal[1], False),
        ([1], list[str], True),
        ({1}, list[int] | None, False),
        (1, Annotated[int, "in metres"], True),
        ({}, Fields, True),
        (1, Fields, False),
        (1, TypeVar("T"), True),
        (1, Sized, True),
    ],
    ids=str,
)
def test_a_value_fits_its_annotation(value: object, hint: object, expected: bool) -> None:
    """As far as that can be seen from outside."""
    assert fits(value, hint) == expected


class Single(Category):
    """Callbacks of one module."""

    exclusive = True

    @hookspec(rules.FirstResult(default=0), copy=("items",))
    async def find_sum(self, items: list[int]) -> int:
        """Called for the sum of something."""


TestSingle = check_category(Single)


def around(wrap: Callable[[Any], Any], on_error: rules.OnError) -> type[Category]:
    """Make a category whose host does something of its own around each call of the hook."""

    class Wrapped(Category):
        """Callbacks that the host has wrapped."""

        @hookspec(rules.FirstDenial(on_error=on_error), copy=("items",))
        async def check(self, items: list[int]) -> Decision:
            """Called before something is stored."""

        def __getattribute__(self, name: str) -> Any:
            found = super().__getattribute__(name)
            return wrap(found) if name == "check" else found

    return Wrapped


def first_lines(category: type[Category]) -> set[str]:
    """List what is wrong with it, for one list of arguments."""
    return set(problems_of(category, arguments={"check": {"items": [1]}}).values())


def test_a_host_that_swallows_what_happens_is_found() -> None:
    """It asks no module, or takes a failure and a cancellation for a permission."""

    def without_asking(_hook: Any) -> Any:
        async def check(**_: Any) -> Decision:
            return ALLOW

        return check

    def swallowing(hook: Any) -> Any:
        async def check(**arguments: Any) -> Decision:
            try:
                return await hook(**arguments)  # type: ignore[no-any-return]
            except BaseException:  # noqa: BLE001 -- this is what is wrong with it
                return ALLOW

        return check

    assert first_lines(around(without_asking, "continue")) >= {
        "wrapped.check, module 'failing': the module is asked, but it was not",
        "wrapped.check, module 'shadow': a module in shadow mode is asked, but it was not",
    }
    cancelled = (
        "wrapped.check, module 'waiting': a call that is cancelled ends with its cancellation, but "
        "the result was ALLOW"
    )
    failed = "wrapped.check, module 'failing': a failure with the policy {!r} is raised as {}"
    assert first_lines(around(swallowing, "fail")) == {
        cancelled,
        failed.format("fail", "a ModuleFailedError, but the result was ALLOW"),
    }
    assert first_lines(around(swallowing, "raise")) == {
        cancelled,
        failed.format("raise", "it is, but the result was ALLOW"),
    }


class Counting(rules.Rule[rules.AsWritten]):
    """A rule of the host's own, of which each chain has another result."""

    made: ClassVar[list[None]] = []

    def finish(self, answers: list[Any]) -> Any:
        self.made.append(None)
        return len(self.made)


class Going(rules.Rule[rules.AsWritten]):
    """A rule of the host's own that goes on after a denial."""

    denies = True
    gathers = True

    @property
    def policies(self) -> Any:
        return super().policies | {"deny"}

    def ends(self, meaning: Any) -> bool:
        return False

    def is_denial(self, result: Any) -> bool:
        return True

    def finish(self, answers: list[Any]) -> Any:
        return Deny("no")

    def deny_for_failure(self) -> Any:
        return Deny("no")


class Sly:
    """Is copied as itself, apart from the first time."""

    copies = 0

    def __deepcopy__(self, memo: object) -> Sly:
        self.copies += 1
        return Sly() if self.copies == 1 else self


class Own(Category):
    """Callbacks with rules of the host's own."""

    @hookspec(Counting())
    def find_count(self) -> int:
        """Called for a number."""

    @hookspec(Going())
    def check_on(self) -> Deny:
        """Called where each module is asked."""

    @hookspec(rules.Notify(), copy=("sly",))
    def on_sly(self, sly: Any) -> None:
        """Called with what is not copied."""


def test_rules_of_the_hosts_own_are_held_to_their_promises() -> None:
    """A failure leaves the result as it was, and ends the chain where it counts as a denial."""
    problems = problems_of(Own, arguments={"on_sly": {"sly": Sly()}})
    assert {hook: re.sub("[0-9]+", "N", text) for hook, text in problems.items()} == {
        "find_count_with_a_module_in_shadow_mode": "own.find_count, module 'shadow': a module in "
        "shadow mode that raises leaves the result N, but the result was N",
        "find_count_with_a_module_that_raises": "own.find_count, module 'failing': a failure with "
        "the policy 'continue' leaves the result as it is without the module, N, but the result "
        "was N",
        "check_on_with_a_module_that_raises": "own.check_on, module 'later': after a failure with "
        "the policy 'deny' the next module is not asked, but it is otherwise",
        "on_sly_copies_its_arguments": "own.on_sly, module 'failing': its sly is a copy, but it "
        "was the caller's own",
    }


class Unknown:
    """What hypothesis cannot make without help."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Typed(Category):
    """Callbacks with arguments of many kinds."""

    @hookspec(rules.Notify())
    async def on_unknown(self, what: Unknown, number: int) -> None:
        """Called for what is not known."""

    @hookspec(rules.Notify())
    async def on_missing(self, what: Missing) -> None:  # type: ignore[name-defined] # noqa: F821
        """Called for what is not there."""


def test_arguments_that_cannot_be_made_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them at once; also without hypothesis."""
    with pytest.raises(TypeError) as caught:
        check_category(Typed)
    assert str(caught.value).splitlines() == [
        (
            "there are no values for some arguments of hooks; give them, as in "
            'arguments={"hook": {"argument": value}}:'
        ),
        "  typed.on_unknown: what: 'Unknown' (hypothesis cannot make any from the annotation)",
        "  typed.on_missing: what: 'Missing' (hypothesis cannot make any from the annotation)",
    ]
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(TypeError) as caught:
        check_category(Typed, arguments={"on_unknown": {"what": 1}, "on_missing": {"what": 1}})
    assert str(caught.value).splitlines()[1:] == [
        "  typed.on_unknown: number: 'int' (hypothesis, which could make some, is not installed)",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"check_coment": {}}, "the hook 'check_coment', which does not exist; did you mean "),
        (
            {"check_comment": {"x": 1}},
            "the argument 'x' of comments.check_comment, which does not ",
        ),
    ],
)
def test_arguments_that_no_hook_has_are_refused(
    arguments: dict[str, dict[str, int]], message: str
) -> None:
    """With what may have been meant."""
    with pytest.raises(TypeError, match=message):
        check_category(Comments, arguments=arguments)

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from typing import Any, ClassVar

from hostkit import ALLOW, Category, Decision, Deny, hookspec, rules
from hostkit.testing import check_category

from .cases import problems_of


def first_problems(category: type[Category], **options: Any) -> dict[str, str]:
    """Run the tests of a category: the first line of each failure, by the names of the tests."""
    problems = problems_of(check_category(category, **options))
    return {name: text.splitlines()[0] for name, text in problems.items()}


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
    problems = first_problems(Odd, arguments={"on_value": {"value": 1}})
    assert problems == {
        "find_most_without_a_module": "odd.find_most: without any module it gives a result, but "
        "ValueError('max() arg is an empty sequence') was raised",
        "find_number_without_a_module": "odd.find_number: without any module the result is of the "
        "type it is annotated with, int, but the result was 'a'",
        "find_later_without_a_module": "odd.find_later: without any module it gives a result, but "
        "RuntimeError('no running event loop') was raised",
    }
    problems = first_problems(Odd, arguments={"on_value": {"value": 1}}, loops=["asyncio"])
    assert sorted(problems) == ["find_most_without_a_module", "find_number_without_a_module"]


def test_arguments_that_are_copied_can_be() -> None:
    """What cannot be copied is found before a module is asked about it."""
    problems = first_problems(
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
    problems = first_problems(Denying)
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
    return set(first_problems(category, arguments={"check": {"items": [1]}}).values())


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
    problems = first_problems(Own, arguments={"on_sly": {"sly": Sly()}})
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

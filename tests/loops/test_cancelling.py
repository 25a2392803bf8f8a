"""Whose an exception is that came out of a module's code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from twisted.internet import defer
from twisted.internet.defer import Deferred

from hostkit.loops import NEVER, Entrance, Owner, attempt, enter, is_callers
from tests.dispatch.fakes import done, run


class Panic(BaseException):
    """What a Rust extension raises."""


class Hostile(Exception):  # noqa: N818
    """Breaks whoever looks at it."""

    def __getattribute__(self, name: str) -> NoReturn:
        raise SystemExit(name)


class HostileType(type):
    """Makes classes that break whoever compares them."""

    def __hash__(cls) -> NoReturn:
        raise SystemExit

    def __eq__(cls, other: object) -> NoReturn:
        raise SystemExit


class Mixed(BaseExceptionGroup[Any]):
    """A group whose attributes are not to be relied on."""

    @property
    def exceptions(self) -> NoReturn:
        raise SystemExit


class Odd(Exception, metaclass=HostileType):  # noqa: N818
    """An exception of such a class."""


INTERRUPTS = [
    KeyboardInterrupt(),
    GeneratorExit(),
    BaseExceptionGroup("several", [ValueError(), KeyboardInterrupt()]),
    BaseExceptionGroup("several", [BaseExceptionGroup("inner", [GeneratorExit()])]),
]
# Made in the tests: pytest and its plugins look at whatever stands in a module.
FAILURES: dict[str, Callable[[], BaseException]] = {
    "an exception": ValueError,
    "a panic": Panic,
    "an exit": lambda: SystemExit(1),
    "a hostile exception": Hostile,
    "a hostile class": Odd,
    "a group": lambda: ExceptionGroup("several", [ValueError()]),
    "a group of panics": lambda: BaseExceptionGroup("several", [Panic(), SystemExit()]),
    "a group that hides them": lambda: Mixed("several", [Panic()]),
}
CANCELLATIONS = [
    asyncio.CancelledError(),
    defer.CancelledError(),
    BaseExceptionGroup("several", [asyncio.CancelledError(), ValueError()]),
]


def asked_in_task(
    error: BaseException, owner: Owner | None = None, *, cancelled: bool = False
) -> bool:
    """Ask in an asyncio task, which is cancelled or not."""

    async def main() -> bool:
        task = asyncio.current_task()
        assert task is not None
        if cancelled:
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.sleep(0)
        return is_callers(error, owner)

    return asyncio.run(main())


@pytest.mark.parametrize("error", INTERRUPTS, ids=repr)
def test_interrupts_are_passed_on(error: BaseException) -> None:
    """They concern the whole program, or the coroutine itself."""
    assert is_callers(error)
    assert is_callers(error, NEVER)
    assert asked_in_task(error)


def test_a_group_cannot_hide_an_interrupt() -> None:
    """What it holds is what it was made with."""
    assert is_callers(Mixed("several", [KeyboardInterrupt()]))


def test_groups_may_be_nested_deeper_than_functions() -> None:
    """Also if each one holds the same one twice, so that there are very many ways through them."""
    for last, expected in ((ValueError(), False), (KeyboardInterrupt(), True)):
        error: BaseException = last
        for _ in range(3000):
            error = BaseExceptionGroup("twice", [error, error])
        assert is_callers(error) is expected


@pytest.mark.parametrize("make", FAILURES.values(), ids=FAILURES)
def test_other_exceptions_are_failures_of_the_module(make: Callable[[], BaseException]) -> None:
    """Whatever their class derives from, and also while the caller is being cancelled."""
    error = make()
    assert not is_callers(error)
    assert not asked_in_task(error)
    assert not asked_in_task(error, cancelled=True)


@pytest.mark.parametrize("error", CANCELLATIONS, ids=repr)
def test_a_task_knows_whether_it_was_cancelled(error: BaseException) -> None:
    """A cancellation without a cancelled task is the module's own."""
    assert not asked_in_task(error)
    assert asked_in_task(error, cancelled=True)


@pytest.mark.parametrize("error", CANCELLATIONS, ids=repr)
def test_what_awaits_nothing_is_not_cancelled(error: BaseException) -> None:
    """Not even in a task that cleans up: a cancellation in it has another origin."""
    assert not asked_in_task(error, NEVER, cancelled=True)


@pytest.mark.parametrize("error", CANCELLATIONS, ids=repr)
def test_without_a_task_an_owner_knows(error: BaseException) -> None:
    """Without one, a cancellation counts as the caller's."""
    entrance = Entrance()
    assert is_callers(error)
    assert not is_callers(error, entrance)
    assert not is_callers(error, NEVER)
    entrance.is_cancelled = True
    assert is_callers(error, entrance)


async def judged(waiting: Deferred[Any], entrance: Entrance) -> bool:
    """Wait, and say whose exception ends that."""
    try:
        await waiting
    except BaseException as error:  # noqa: BLE001 -- this is what is asked about
        return is_callers(error, entrance)
    raise AssertionError


def test_an_entrance_knows_whether_its_deferred_was_cancelled() -> None:
    """Under Twisted, what a module waits for may be cancelled by others."""
    for is_own in (True, False):
        entrance, waiting = Entrance(), Deferred[Any]()
        running = entrance.start(judged(waiting, entrance))
        (waiting if is_own else running).cancel()
        assert done(running) is not is_own


def test_an_entrance_knows_it_in_a_task_too() -> None:
    """Cancelling the Deferred cancels the task that it stands for."""

    async def main(*, is_own: bool) -> Any:
        entrance, waiting = Entrance(), Deferred[Any]()
        running = entrance.start(judged(waiting, entrance))
        (waiting if is_own else running).cancel()
        return await enter(_awaited(running))

    assert run(main(is_own=True)) is False
    assert run(main(is_own=False)) is True


async def _awaited(deferred: Deferred[Any]) -> Any:
    return await deferred


def test_an_entrance_gives_what_the_coroutine_gives() -> None:
    """At once or later, a value or a failure; cancelling it afterwards does nothing."""

    async def give(waiting: Deferred[Any]) -> Any:
        return await waiting

    later, entrance = Deferred[Any](), Entrance()
    running = entrance.start(give(later))
    later.callback(7)
    assert done(running) == 7
    running.cancel()
    assert not entrance.is_cancelled
    assert done(Entrance().start(give(defer.succeed(8)))) == 8
    assert isinstance(done(Entrance().start(give(defer.fail(KeyError())))), KeyError)


@pytest.mark.parametrize("make", FAILURES.values(), ids=FAILURES)
def test_what_is_only_looked_at_cannot_fail_a_call(make: Callable[[], BaseException]) -> None:
    """A value that raises while it is shown is shown otherwise."""

    def show(error: BaseException) -> str:
        raise error

    assert attempt(show, make(), otherwise="?") == "?"
    assert attempt(str, 7, otherwise="?") == "7"
    with pytest.raises(KeyboardInterrupt):
        attempt(show, KeyboardInterrupt(), otherwise="?")


async def test_twisted_may_drive_a_coroutine_in_the_step_of_a_task() -> None:
    """The task is another one's, so it does not know who was cancelled."""

    async def caught(waiting: Deferred[Any]) -> bool:
        try:
            await waiting
        except defer.CancelledError as error:
            return is_callers(error)
        raise AssertionError

    running = Deferred.fromCoroutine(caught(Deferred()))
    running.cancel()
    assert done(running) is True

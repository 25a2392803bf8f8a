from __future__ import annotations

import asyncio
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit.dispatch import current_module
from hostkit.rules import ALLOW, CONTINUE, Collect, FirstResult
from hostkit.specs import Category, hookspec

from .fakes import Comments, Spy, done, given, hook_of, saying, shadow, wire


class Names(Category):
    @hookspec(FirstResult())
    async def ask(self, author: str) -> str:
        """Called for the name of who is asked."""
        return f"fallback of {current_module()}"


async def name(author: str) -> Any:
    return current_module()


def plain_name(author: str) -> Any:
    return current_module()


async def late_name(author: str) -> Any:
    await asyncio.sleep(0)
    return current_module()


def test_outside_of_callbacks_there_is_none() -> None:
    """Where no callback is running there is no module."""
    assert None is current_module()


@pytest.mark.parametrize("exact", [False, True])
def test_a_callback_knows_its_module(exact: bool) -> None:
    """Callbacks of every kind get their own module, in whatever place."""
    deep = lambda author: [plain_name(author) for _ in range(1)][0]  # noqa: E731, RUF015
    chain = wire(Comments, "gather", name, plain_name, shadow(name), late_name, deep, exact=exact)
    assert chain.run() == ["m0", "m1", "m3", "m4"]


@pytest.mark.parametrize("options", [{}, {"timeout_seconds": 60.0}])
@pytest.mark.parametrize("exact", [False, True])
def test_a_callback_knows_its_module_when_it_goes_on(options: dict[str, Any], exact: bool) -> None:
    """After having waited under Twisted, a callback still gets its module."""
    waiting: Deferred[None] = Deferred()

    async def slow(author: str) -> Any:
        await waiting
        return current_module()

    chain = wire(Comments, "gather", name, given(slow, **options), name, clock=Clock(), exact=exact)
    call = chain.start()
    waiting.callback(None)
    assert done(call) == ["m0", "m1", "m2"]


def test_a_timeout_does_not_hide_the_module_under_asyncio() -> None:
    """A callback with a timeout gets its module in a task."""
    assert wire(Comments, "gather", given(late_name, timeout_seconds=60.0)).run() == ["m0"]


def test_a_nested_call_is_told_apart() -> None:
    """A callback that asks another hook gets its own module before and after."""
    inner = wire(Comments, "gather", Spy(), name)

    async def ask_again(author: str) -> Any:
        return [current_module(), await inner.call(author), current_module()]

    assert (wire(Comments, "gather", saying(None), ask_again).run()) == [
        None,
        ["m1", [ALLOW, "m1"], "m1"],
    ]


def test_reading_an_answer_is_part_of_its_callback() -> None:
    """While an answer is read, the module is the one that gave it."""
    rule = Collect(read=lambda value: current_module() if value else CONTINUE)
    assert wire(hook_of(rule), "ask", saying(1), saying(0), saying(1)).run() == ["m0", "m2"]


@pytest.mark.parametrize("listening", [(), (saying(None),)])
@pytest.mark.parametrize("exact", [False, True])
def test_a_fallback_is_no_modules(listening: tuple[Any, ...], exact: bool) -> None:
    """A fallback belongs to the host."""
    assert wire(Names, "ask", *listening, exact=exact).run() == "fallback of None"


def test_a_fallback_of_a_nested_call_is_no_modules() -> None:
    """That the host's own code is called by a module does not make it the module's."""
    inner = wire(Names, "ask")
    asking = lambda author: inner.call(author)  # noqa: E731, PLW0108 -- it shows its parameters
    assert wire(Comments, "gather", asking).run() == ["fallback of None"]


async def test_what_runs_later_is_no_callback() -> None:
    """A task that a callback starts is not part of it."""

    async def spawn(author: str) -> Any:
        return asyncio.create_task(name(author))

    (task,) = await wire(Comments, "gather", spawn).call("ann")
    assert None is await task

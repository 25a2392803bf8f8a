from __future__ import annotations

import asyncio
import functools
import types
from collections.abc import Callable, Generator
from typing import Any

import attrs
import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit.errors import ModuleFailedError
from hostkit.loops import settle
from hostkit.rules import ALLOW
from tests.dispatch.fakes import (
    RUDE,
    SPAM,
    Comments,
    Spy,
    done,
    given,
    run,
    saying,
    shadow,
    steps_of,
    wire,
)


@attrs.frozen
class Later:
    """An awaitable that is neither a coroutine nor a future."""

    value: Any

    def __await__(self) -> Generator[Any, None, Any]:
        yield from ()
        return self.value


@types.coroutine
def old_style(value: Any) -> Generator[Any, Any, Any]:
    """Give a value as coroutines did before ``async def``."""
    yield from ()
    return value


def kinds_of(value: Any) -> dict[str, Callable[..., Any]]:
    """Make callbacks of every kind that all answer with one value."""
    say = saying(value)

    async def with_word(word: str, author: str) -> Any:
        return value

    class Caller:
        async def __call__(self, author: str) -> Any:
            return value

        async def method(self, author: str) -> Any:
            return value

    def starts(author: str) -> Any:
        return say(author)

    def fired(author: str) -> Deferred[Any]:
        deferred: Deferred[Any] = Deferred()
        deferred.callback(value)
        return deferred

    return {
        "async def": say,
        "plain function": lambda author: value,
        "returns a coroutine": starts,
        "returns a Deferred": fired,
        "returns an awaitable": lambda author: Later(value),
        "returns an old coroutine": lambda author: old_style(value),
        "partial": functools.partial(with_word, "hi"),
        "partial of a plain function": functools.partial(lambda word, author: value, "hi"),
        "callable object": Caller(),
        "plain callable object": Spy(value),
        "method": Caller().method,
    }


every_kind = pytest.mark.parametrize("kind", kinds_of(None))
timeouts = pytest.mark.parametrize("options", [{}, {"timeout_seconds": 60.0}])


@every_kind
@timeouts
def test_all_kinds_of_callbacks_answer_under_asyncio(kind: str, options: dict[str, float]) -> None:
    """Whatever a callback is or returns, its answer is what comes of awaiting it."""
    chain = wire(Comments, "check", given(kinds_of(SPAM)[kind], **options))
    assert SPAM is chain.run()


@every_kind
@timeouts
def test_all_kinds_of_callbacks_answer_under_twisted(kind: str, options: dict[str, float]) -> None:
    """Where there is no asyncio the answers are the same, and no alarm stays set."""
    clock = Clock()
    chain = wire(Comments, "check", given(kinds_of(SPAM)[kind], **options), clock=clock)
    assert SPAM is done(chain.start())
    assert clock.getDelayedCalls() == []


@every_kind
def test_all_kinds_of_callbacks_can_be_in_shadow_mode(kind: str) -> None:
    """Of a module in shadow mode too, the answer is what comes of awaiting it."""
    chain = wire(Comments, "check", shadow(kinds_of(SPAM)[kind]))
    assert ALLOW is chain.run()
    assert steps_of(chain.receipt) == ["m0 [shadow]: deny, spam: no adverts"]


def test_a_generator_that_is_no_coroutine_is_a_value() -> None:
    """A generator cannot be awaited, so it is the answer itself."""

    def count() -> Generator[int]:
        yield 1

    counting = count()
    assert counting is wire(Comments, "find", lambda author: counting).run()


async def test_a_deferred_is_waited_for_in_a_task() -> None:
    """A Deferred that fires later can be awaited in an asyncio task."""
    waiting: Deferred[Any] = Deferred()
    asyncio.get_running_loop().call_soon(waiting.callback, RUDE)
    assert RUDE is await wire(Comments, "check", lambda author: waiting).call("ann")


async def test_a_deferred_that_fails_in_a_task_raises() -> None:
    """What a Deferred fails with is what the callback raised."""
    waiting: Deferred[Any] = Deferred()
    error = KeyError("ann")
    asyncio.get_running_loop().call_soon(waiting.errback, error)
    with pytest.raises(ModuleFailedError) as caught:
        await wire(Comments, "check", lambda author: waiting).call("ann")
    assert error is caught.value.__cause__


def test_a_deferred_is_waited_for_under_twisted() -> None:
    """A call waits for a Deferred, and the next module is asked only then."""
    waiting: Deferred[Any] = Deferred()
    spy = Spy(RUDE)
    call = wire(Comments, "check", lambda author: waiting, spy).start()
    assert spy.calls == []
    waiting.callback(ALLOW)
    assert RUDE is done(call)


@pytest.mark.parametrize("options", [{}, {"timeout_seconds": 60.0}])
def test_an_asyncio_future_is_waited_for_outside_of_a_task(options: dict[str, float]) -> None:
    """Under Twisted on an asyncio loop, a callback may return a future of that loop."""
    loop = asyncio.new_event_loop()
    future: asyncio.Future[Any] = loop.create_future()
    chain = wire(Comments, "check", given(lambda author: future, **options), clock=Clock())
    call = chain.start()
    future.set_result(SPAM)
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    assert SPAM is done(call)


async def test_an_asyncio_future_is_waited_for_in_a_task() -> None:
    """In a task, a future is awaited as such."""
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.set_result, SPAM)
    assert SPAM is await wire(Comments, "check", lambda author: future).call("ann")


def test_settle_gives_back_what_cannot_be_awaited() -> None:
    """A value that is no awaitable is itself, be it a class of awaitables."""
    assert run(settle(7)) == 7
    assert Later is run(settle(Later))

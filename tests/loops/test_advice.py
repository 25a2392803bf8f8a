"""What a callback's failure says if it awaited something where it cannot be awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from twisted.internet.defer import Deferred

from hostkit.errors import ModuleFailedError
from hostkit.loops import enter
from hostkit.rules import ALLOW, FirstDenial
from tests.dispatch.fakes import Comments, done, hook_of, raising, run, shadow, steps_of, wire

from .loops import own_loop

NO_LOOP = (
    "(asyncio cannot be awaited here: it needs `hostkit serve --reactor asyncio`, "
    "or a program that installs Twisted's asyncio reactor)"
)
NO_TASK = (
    "(to await asyncio here, call with `await hostkit.enter(...)` or `hostkit.start_entry(...)`)"
)
NO_DEFERREDS = "(to await Deferreds in an asyncio task, call with `await hostkit.enter(...)`)"


async def sleeps(author: str) -> Any:
    await asyncio.sleep(60)


async def limits(author: str) -> Any:
    async with asyncio.timeout(60):
        await asyncio.sleep(0)


async def waits_for_an_event(author: str) -> Any:
    await asyncio.Event().wait()


async def uses_a_thread(author: str) -> Any:
    await asyncio.to_thread(int)


async def sleeps_in_anyio(author: str) -> Any:
    await anyio.sleep(60)


async def waits_for_a_deferred(author: str) -> Any:
    await Deferred()


async def waits_for_a_future(author: str) -> Any:
    loop = asyncio.new_event_loop()
    try:
        await loop.create_future()
    finally:
        loop.close()


ASYNCIO = [
    sleeps,
    limits,
    waits_for_an_event,
    uses_a_thread,
    sleeps_in_anyio,
    waits_for_a_future,
]
NOT_IN_A_TASK = [sleeps, limits, sleeps_in_anyio, waits_for_a_future]


@pytest.mark.parametrize("callback", ASYNCIO)
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
def test_a_callback_that_needs_asyncio_is_named(callback: Callable[..., Any]) -> None:
    """Where no asyncio loop runs, the failure names the module and says what it needs."""
    error = done(wire(Comments, "check", callback).start())
    assert isinstance(error, ModuleFailedError)
    assert str(error).startswith("module 'm0' failed in comments.check: ")
    assert str(error).endswith(NO_LOOP)


@own_loop
@pytest.mark.parametrize("callback", NOT_IN_A_TASK)
async def test_a_callback_that_needs_a_task_is_named(callback: Callable[..., Any]) -> None:
    """Where a loop runs but the host's call is in no task, the failure says how it can be."""
    results: list[Any] = []

    def call() -> None:
        wire(Comments, "check", callback).start().addBoth(results.append)

    asyncio.get_running_loop().call_soon(call)
    while not results:
        await asyncio.sleep(0)
    assert str(results[0].value).endswith(NO_TASK)


def test_a_callback_that_needs_twisted_is_named() -> None:
    """In a task that knows nothing of Deferreds, the failure says how to call the hook."""
    chain = wire(Comments, "check", waits_for_a_deferred)
    with pytest.raises(ModuleFailedError) as caught:
        chain.run()
    assert str(caught.value).startswith("module 'm0' failed in comments.check: RuntimeError: Task ")
    assert str(caught.value).endswith(NO_DEFERREDS)


@own_loop
async def test_the_advice_is_right() -> None:
    """What failed without `enter` is awaited with it."""
    answer: Deferred[Any] = Deferred()

    async def check(author: str) -> Any:
        return await answer

    asyncio.get_running_loop().call_soon(answer.callback, ALLOW)
    assert await enter(wire(Comments, "check", check).call("ann")) is ALLOW


def test_an_error_raised_as_it_is_has_the_advice_in_its_note() -> None:
    """With the policy to raise, the note that names the module says it."""
    error = done(wire(hook_of(FirstDenial(on_error="raise")), "ask", sleeps).start())
    assert error.__notes__ == [f"in module 'm0', hook desk.ask {NO_LOOP}"]


def test_a_shadow_module_that_needs_asyncio_says_so() -> None:
    """What a module in shadow mode would need stands in the receipt."""
    chain = wire(Comments, "check", shadow(sleeps))
    assert done(chain.start()) is ALLOW
    expected = f"m0 [shadow]: failed, RuntimeError: no running event loop {NO_LOOP}"
    assert steps_of(chain.receipt) == [expected]


class UnprintableError(RuntimeError):
    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("no database"),
        AttributeError("no such thing"),
        KeyError("no running event loop"),
        UnprintableError(),
    ],
)
def test_other_failures_get_no_advice(error: Exception) -> None:
    """Neither in a task nor outside is there anything to say about what is another problem."""
    chain = wire(Comments, "check", raising(error))
    assert "hostkit" not in str(done(chain.start()))
    with pytest.raises(ModuleFailedError) as caught:
        run(chain.call("ann"))
    assert "hostkit" not in str(caught.value)


class HostileNotesError(RuntimeError):
    """Breaks whoever looks at its notes."""

    @property
    def __notes__(self) -> Any:  # type: ignore[override]
        raise SystemExit


def test_an_exception_that_cannot_be_shown_gets_no_advice() -> None:
    """It is a failure of its module like any other."""
    with pytest.raises(ModuleFailedError, match=r"HostileNotesError: x$"):
        run(wire(Comments, "check", raising(HostileNotesError("x"))).call("ann"))

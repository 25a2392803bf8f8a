"""What a shielded callback and its caller have in common: context variables, and a thread's own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

import pytest
from twisted.internet.defer import Deferred, ensureDeferred

from hostkit import ModuleFailedError
from hostkit.rules import ALLOW, Decision, FirstDenial
from hostkit.specs import Category, hookspec

from .fakes import given, wire
from .shielded import give_way

NUMBER: ContextVar[int] = ContextVar("NUMBER", default=0)
OTHER: ContextVar[str] = ContextVar("OTHER", default="")


class Uploads(Category):
    @hookspec(FirstDenial(), shield=True)
    async def check(self, number: int) -> Decision:
        """Called before a file is stored."""

    @hookspec(FirstDenial())
    async def ask(self, number: int) -> Decision:
        """Called before a file is read."""


both_hooks = pytest.mark.parametrize("hook", ["check", "ask"])
limits = pytest.mark.parametrize("timeout", [None, 5.0])


@both_hooks
@limits
@pytest.mark.parametrize("waits", [False, True])
def test_a_callback_shares_context_variables_with_its_caller(
    hook: str, timeout: float | None, *, waits: bool
) -> None:
    """It sees the caller's, and the caller sees what it sets, shielded or not."""
    seen: list[int] = []

    async def check(number: int) -> Decision:
        seen.append(NUMBER.get())
        NUMBER.set(number)
        if waits:
            await asyncio.sleep(0)
        NUMBER.set(NUMBER.get() + 1)
        return ALLOW

    async def call(number: int) -> int:
        NUMBER.set(-number)
        OTHER.set("mine")
        await wire(Uploads, hook, given(check, timeout_seconds=timeout)).call(number)
        assert OTHER.get() == "mine"
        return NUMBER.get()

    async def main() -> list[int]:
        return list(await asyncio.gather(call(10), call(20)))

    assert asyncio.run(main()) == [11, 21]
    assert sorted(seen) == [-20, -10]


def test_the_next_callback_sees_what_one_has_set() -> None:
    """As when they are awaited one after the other."""
    seen = []

    async def first(number: int) -> Decision:
        await asyncio.sleep(0)
        NUMBER.set(number)
        return ALLOW

    async def second(number: int) -> Decision:
        seen.append(NUMBER.get())
        return ALLOW

    asyncio.run(wire(Uploads, "check", first, second).call(5))
    assert seen == [5]


async def test_what_is_set_before_a_failure_or_a_cancellation_counts_too() -> None:
    """The caller's clean-up finds it."""

    async def fail(number: int) -> Decision:
        NUMBER.set(number)
        await asyncio.sleep(0)
        raise ValueError(number)

    chain = wire(Uploads, "check", fail)
    with pytest.raises(ModuleFailedError):
        await chain.call(5)
    assert NUMBER.get() == 5
    try:
        async with asyncio.timeout(0):
            await chain.call(6)
    except TimeoutError:
        assert NUMBER.get() == 6


class Thread(threading.local):
    """Where some hosts keep the context of their log."""

    context = "none"


THREAD = Thread()


def following(deferred: Deferred[Any]) -> Deferred[Any]:
    """Put the context back when a Deferred fires, as the code of such hosts does."""
    context, THREAD.context = THREAD.context, "none"

    def restore(result: Any) -> Any:
        THREAD.context = context
        return result

    return deferred.addBoth(restore)


def in_twisted(function: Callable[..., Awaitable[None]], *arguments: tuple[Any, ...]) -> None:
    """Run coroutines at the same time that Twisted drives, on its asyncio reactor."""

    async def main() -> None:
        ended: list[Deferred[None]] = []

        def begin(*values: Any) -> None:
            ended.append(ensureDeferred(function(*values)))  # type: ignore[arg-type]
            THREAD.context = "none"

        for each in arguments:
            asyncio.get_running_loop().call_soon(begin, *each)
        await give_way()
        for running in ended:
            await running.asFuture(asyncio.get_running_loop())

    asyncio.run(main())


@both_hooks
@limits
def test_the_caller_is_resumed_where_the_callback_has_ended(
    hook: str, timeout: float | None
) -> None:
    """What it keeps in its thread is as with a plain call, and does not leak to others."""
    log: list[tuple[str, str]] = []
    leaked: set[str] = set()

    async def check(number: int) -> Decision:
        loop = asyncio.get_running_loop()
        fired: Deferred[None] = Deferred()
        loop.call_later(0.001 * number, fired.callback, None)
        loop.call_later(0.002 * number, lambda: leaked.add(THREAD.context))
        await following(fired)
        return ALLOW

    chain = wire(Uploads, hook, given(check, timeout_seconds=timeout))

    async def request(number: int) -> None:
        THREAD.context = f"request {number}"
        await chain.call(number)
        log.append((f"request {number}", THREAD.context))
        THREAD.context = "none"

    in_twisted(request, (2,), (1,))
    assert sorted(log) == [("request 1", "request 1"), ("request 2", "request 2")]
    assert leaked <= {"none"}

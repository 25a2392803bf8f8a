"""Modules that hang, resist, or meddle with the event loop: the call ends, and by policy."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from .hostile_errors import Panic
from .matrix import CASES, call, faults

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

LIMIT_SECONDS = 0.01


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """Have objects that fight being deleted do so here, and not in another test."""
    yield
    gc.collect()


async def hang() -> None:
    await asyncio.Event().wait()


async def resist() -> None:
    while True:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()


async def resist_once() -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    await asyncio.Event().wait()


async def resist_everything() -> None:
    while True:
        with contextlib.suppress(BaseException):
            await asyncio.Event().wait()


async def resist_without_waiting() -> None:
    while True:
        with contextlib.suppress(BaseException):
            await asyncio.sleep(0)


async def fail_when_closed() -> None:
    try:
        await resist()
    finally:
        raise Panic


async def fail_when_cancelled() -> None:
    try:
        await asyncio.Event().wait()
    finally:
        raise SystemExit


async def wait_for_a_child() -> None:
    await asyncio.shield(asyncio.ensure_future(hang()))


async def wait_in_a_group() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(resist_once())


async def wait_for_a_deferred() -> None:
    from hostkit import enter

    await enter(Deferred(lambda _: None))


async def clean_up_for_ever() -> None:
    try:
        await asyncio.Event().wait()
    finally:
        await resist()


async def yield_nonsense() -> Any:
    class Nonsense:
        def __await__(self) -> Any:
            while True:
                try:
                    yield 7
                except BaseException:  # noqa: BLE001 -- it resists
                    continue

    return await Nonsense()


async def never_ending_generator() -> None:
    async def numbers() -> AsyncIterator[int]:
        try:
            while True:
                yield 1
                await asyncio.sleep(0)
        finally:
            raise Panic

    async for _ in numbers():
        pass


HANGING: list[Callable[[], Any]] = [
    hang,
    resist,
    resist_everything,
    resist_without_waiting,
    fail_when_closed,
    fail_when_cancelled,
    wait_for_a_child,
    wait_in_a_group,
    wait_for_a_deferred,
    clean_up_for_ever,
    yield_nonsense,
    never_ending_generator,
]
IN_TASKS = [case for case in CASES if case.way not in ("synchronous", "by Twisted")]


def _check(deed: Callable[[], Any], step: int, **options: Any) -> list[str]:
    first = HANGING.index(deed) if deed in HANGING else 0
    return [
        f"{deed.__name__}, {case}: {fault}"
        for case in IN_TASKS[first % step :: step]
        for fault in faults(case, call(case, deed, **options))
    ]


@pytest.mark.parametrize("deed", HANGING)
def test_a_module_that_hangs_costs_its_callers_no_more_than_its_timeout(deed: Any) -> None:
    """Then its policy decides, however it resists its cancellation."""
    assert _check(deed, 53, timeout_seconds=LIMIT_SECONDS) == []


@pytest.mark.hardening
@pytest.mark.parametrize("deed", HANGING)
def test_a_module_that_hangs_in_every_case(deed: Any) -> None:
    """The same with every rule, policy and mode."""
    assert _check(deed, 1, timeout_seconds=LIMIT_SECONDS) == []


async def cancel_a_child() -> None:
    child = asyncio.ensure_future(hang())
    child.cancel()
    await child


async def cancel_what_it_awaits() -> None:
    wanted = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(wanted.cancel)
    await wanted


async def close_the_loop() -> None:
    asyncio.get_running_loop().close()


async def run_another_loop() -> None:
    other = hang()
    try:
        asyncio.run(other)
    finally:
        other.close()


async def recurse() -> None:
    await recurse()


async def fail_in_a_thread() -> None:
    await asyncio.to_thread(_raise, Panic)


async def fail_in_a_group() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(cancel_what_it_awaits())
        group.create_task(asyncio.to_thread(_raise, Panic))


async def fail_after_a_finaliser() -> None:
    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            await asyncio.sleep(0)
            raise ValueError("finaliser")

    async for _ in numbers():
        raise Panic


def _raise(error: type[BaseException]) -> None:
    raise error


MEDDLING = [
    cancel_a_child,
    cancel_what_it_awaits,
    close_the_loop,
    run_another_loop,
    recurse,
    fail_in_a_thread,
    fail_in_a_group,
    fail_after_a_finaliser,
]


@pytest.mark.parametrize("deed", MEDDLING)
@pytest.mark.parametrize("options", [{}, {"timeout_seconds": 60.0}], ids=["plain", "limited"])
def test_a_module_that_meddles_has_failed(deed: Any, options: Any) -> None:
    """The event loop goes on, and its policy decides."""
    assert _check(deed, 7, **options) == []


def test_a_thread_that_fails_concerns_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module may start threads; what they raise is reported by Python."""
    raised: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: raised.append(args.exc_type))

    def deed() -> Any:
        thread = threading.Thread(target=_raise, args=(Panic,))
        thread.start()
        thread.join()
        raise ValueError

    assert _check(deed, 29) == []
    assert set(raised) == {Panic}

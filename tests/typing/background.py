"""What background work is to a type checker."""

from __future__ import annotations

from typing import assert_type

from twisted.internet.defer import Deferred

from hostkit import BackgroundCall, BackgroundLoop, ModuleApi


async def count(text: str, *, times: int = 1) -> int:
    return len(text) * times


def size(text: str) -> int:
    return len(text)


def later(text: str) -> Deferred[int]:
    return Deferred()


async def results_are_those_of_the_function(api: ModuleApi) -> None:
    """Also of one that is awaited."""
    assert_type(api.run_in_background(count, "text", times=2), BackgroundCall[int])
    assert_type(api.run_in_background(later, "text"), BackgroundCall[int])
    assert_type(await api.call_later(1, size, "text"), int)
    assert_type(await api.defer_to_thread(size, "text"), int)
    assert_type(await api.sleep(1), None)
    assert_type(api.call_every(1, size, "text"), BackgroundLoop)
    assert_type(await api.call_every(1, size, "text").stop(), None)


async def arguments_are_checked(api: ModuleApi) -> None:
    """They are those of the function."""
    api.run_in_background(count, 5)  # type: ignore[call-overload]
    api.call_later(1, size)  # type: ignore[call-overload]
    api.defer_to_thread(size, "text", "more")  # type: ignore[call-arg]

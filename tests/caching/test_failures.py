"""Failures of cached methods: what their waiters see, and what they leave behind."""

from __future__ import annotations

import asyncio
import gc
import traceback
import weakref
from typing import Any

import pytest

from hostkit import cached
from hostkit.testing import run

from .drivers import Driver, Slow


async def test_all_calls_see_the_same_traceback() -> None:
    """Each sees where it was raised, and nothing of the other calls that waited."""
    slow = Slow(Driver("bare"))
    calls = [asyncio.ensure_future(slow.look(1)) for _ in range(4)]
    await asyncio.sleep(0)
    slow.gates[0].errback(KeyError("gone"))
    lengths = []
    for call in calls:
        try:
            await call
        except KeyError as error:
            lengths.append(_length_of(error))
    first, *others = lengths
    assert len(set(others)) == 1
    assert others[0] <= first + 3  # of the cache itself


def _length_of(error: BaseException) -> int:
    traceback, length = error.__traceback__, 0
    while traceback is not None:
        traceback, length = traceback.tb_next, length + 1
    return length


def test_a_failure_is_freed_without_the_garbage_collector() -> None:
    """It leaves no reference cycle behind, which would keep frames and their variables alive."""

    class Gone(Exception):  # noqa: N818
        pass

    class Failing:
        @cached()
        async def look(self, key: int) -> None:
            await asyncio.sleep(0)
            raise Gone

    async def main() -> list[weakref.ref[Gone]]:
        failing = Failing()
        calls = [asyncio.ensure_future(failing.look(1)) for _ in range(3)]
        found = []
        while calls:
            try:
                await calls.pop()  # a task holds what it raised
            except Gone as error:
                found.append(weakref.ref(error))
        return found

    gc.collect()
    gc.disable()
    try:
        assert [found() for found in run(main())] == [None] * 3
    finally:
        gc.enable()


def test_tracebacks_show_the_generated_code() -> None:
    """Methods of one name that differ have listings of their own."""

    def make(ttl: float | None) -> Any:
        class Failing:
            @cached(ttl=ttl)
            async def look(self, key: int) -> None:
                raise KeyError(key)

        return Failing()

    instances = [make(None), make(5.0)]
    files = set()
    for instance in instances:
        with pytest.raises(KeyError) as caught:
            run(instance.look(1))
        (frame,) = (
            each
            for each in traceback.extract_tb(caught.tb)
            if each.filename.startswith("<hostkit cached ")
        )
        assert frame.line == "return await _find(key, key)"
        files.add(frame.filename)
    name = "test_tracebacks_show_the_generated_code.<locals>.make.<locals>.Failing.look"
    assert files == {f"<hostkit cached {name}>", f"<hostkit cached {name} #2>"}

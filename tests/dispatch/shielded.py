"""Hooks that let a callback finish although the call is cancelled, and callbacks that are slow."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import attrs
import pytest

from hostkit.rules import ALLOW, Decision, FirstDenial, FirstResult
from hostkit.specs import Category, Keyed, hookspec


class Uploads(Category):
    @hookspec(FirstDenial(), required=1, shield=True)
    async def check(self, author: str, size: int = 1) -> Decision:
        """Called before a file is stored."""

    @hookspec(FirstDenial(on_error="continue"), shield=True)
    async def ask(self, author: str) -> Decision:
        """Called before a file is read."""

    @hookspec(FirstResult(), keyed=Keyed("kind"), shield=True)
    async def place(self, kind: str, author: str) -> str | None:
        """Called for where files of a kind are stored."""


@attrs.define
class Slow:
    """A callback that waits for its gate, and notes how that ends."""

    answer: Any = ALLOW
    ends: list[str] = attrs.field(factory=list)
    gate: asyncio.Event = attrs.field(factory=asyncio.Event)

    async def __call__(self, *_: Any) -> Any:
        self.ends.append("began")
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.ends.append("cancelled")
            raise
        self.ends.append("finished")
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def give_way(times: int = 5) -> None:
    """Let everything happen that is ready to."""
    for _ in range(times):
        await asyncio.sleep(0)


async def give_up(call: Coroutine[Any, Any, Any], slow: Slow) -> None:
    """Cancel a call while a callback waits; let that finish, and the call end with it."""
    task = asyncio.create_task(call)
    await give_way()
    task.cancel()
    await give_way()
    slow.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task

"""A category and a module that awaits what belongs to Twisted and to asyncio."""

from __future__ import annotations

import asyncio
import atexit
import logging
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import anyio
import uvloop
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from hostkit import Category, ModuleApi, hookspec, rules

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Questions(Category):
    """What the module is asked."""

    @hookspec(rules.FirstResult(on_error="fail"))
    async def ask(self, way: str) -> Any:
        """Called to find something out in one way or another."""


class Awaiting:
    """Answers after waiting for something; imports the reactor, as many modules do."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        self._config = config
        self._left: asyncio.Task[None] | None = None
        api.register(Questions, ask=self.ask)

    async def start(self) -> None:
        await deferLater(reactor, 0, lambda: None)
        if self._config.get("uses_asyncio", True):
            await asyncio.sleep(0.001)
            self._left = asyncio.create_task(self._stay())
            atexit.register(self._note_loop, asyncio.get_running_loop())

    async def stop(self) -> None:
        await deferLater(reactor, 0, lambda: None)
        if self._left is not None:
            await asyncio.sleep(0.001)
        self._note("stopped")

    async def _stay(self) -> None:
        """Never end by itself, like a task that the module forgot to cancel."""
        try:
            await asyncio.Event().wait()
        finally:
            self._note("task cancelled")
            if self._config.get("resists"):
                await asyncio.Event().wait()

    def _note_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        kind = "uvloop" if isinstance(loop, uvloop.Loop) else "asyncio"
        self._note(f"{kind} closed" if loop.is_closed() else kind)

    def _note(self, line: str) -> None:
        with Path(self._config["notes"]).open("a") as notes:
            notes.write(f"{line}\n")

    async def ask(self, way: str) -> Any:
        ways: dict[str, Callable[[], Awaitable[Any]]] = {
            "sleep": self._sleep,
            "timeout": self._time_out,
            "http": self._fetch,
            "anyio": self._anyio,
            "Deferred": lambda: deferLater(reactor, 0.001, lambda: "fired"),
            "thread": lambda: deferToThread(lambda: "ran"),
            "clock": self._look_at_the_clock,
            "never": self._never,
        }
        return await ways[way]()

    async def _sleep(self) -> str:
        await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        return "slept"

    async def _time_out(self) -> str:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.001):
                await Deferred()
        return "timed out"

    async def _fetch(self) -> str:
        async with aiohttp.ClientSession() as session, session.get(self._config["url"]) as response:
            return await response.text()

    async def _anyio(self) -> str:
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 0.001)
        return "grouped"

    async def _look_at_the_clock(self) -> str:
        installed: Any = reactor
        return "is never set" if installed.seconds is time.monotonic else "can be set back"

    async def _never(self) -> None:
        log = logging.getLogger("awaiting")
        log.warning("waiting")
        try:
            await Deferred()
        except asyncio.CancelledError:
            log.warning("cancelled")
            raise

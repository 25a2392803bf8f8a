"""Hosts whose modules have a background loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from twisted.internet.task import Clock

from hostkit.api import ModuleApi
from hostkit.host import Host

from .reloading import file_of


class Looping:
    """Has a loop of a second that does what a test wants, and notes everything."""

    log: ClassVar[list[str]]
    actions: ClassVar[dict[str, Callable[..., Any]]]

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.api = api
        self.background = api.looping_background_call(self.work, 1000)

    async def work(self) -> None:
        self.log.append(f"work {self.api.name}")
        await self.actions.get("work", _nothing)()

    def start(self) -> Any:
        self.log.append(f"start {self.api.name}")
        act: Any = self.actions.get("start", lambda _: None)
        return act(self)

    def stop(self) -> Any:
        self.log.append(f"stop {self.api.name}")
        return self.actions.get("stop", lambda: None)()


async def _nothing() -> None:
    pass


def entry(name: str, log: list[str], **actions: Callable[..., Any]) -> dict[str, Any]:
    return {"module": type("Looping", (Looping,), {"log": log, "actions": actions}), "name": name}


def host_of(clock: Clock, *entries: dict[str, Any], **options: Any) -> Host:
    return Host(file_of(*entries), categories=[], clock=clock, **options)

"""A host in memory whose modules note what happens to them, and new files for it."""

from __future__ import annotations

from typing import Any, ClassVar

from twisted.internet.task import Clock

from hostkit.api import ModuleApi
from hostkit.config import HostFile, from_mapping
from hostkit.host import Host
from hostkit.rules import Deny

from .conftest import Comments, Names, Recorded, Words, fire


class Note(Recorded):
    """Denies everything in its own name."""

    log: ClassVar[list[str]] = []
    actions: ClassVar[dict[str, Any]] = {}

    def __init__(self, config: Any, api: ModuleApi) -> None:
        super().__init__(config, api)
        self.log.append(f"build {self.name}")
        self.config = config
        api.register_comments_callbacks(check_comment=self.check)

    async def check(self, author: str, text: str) -> Any:
        if "held" in self.config:
            await self.config["held"]
        return Deny(self.name)


def note(name: str, **config: Any) -> dict[str, Any]:
    return {"module": Note, "name": name, "config": config}


def words(word: str) -> dict[str, Any]:
    return {"module": Words, "name": "words", "config": {"word": word}}


def file_of(*modules: dict[str, Any], **settings: Any) -> HostFile:
    return from_mapping({"modules": modules, "hostkit": settings})


def running(*modules: dict[str, Any], **settings: Any) -> Host:
    host = Host(file_of(*modules, **settings), categories=[Comments, Names], clock=Clock())
    fire(host.start())
    return host


def ask(host: Host, text: str = "hi") -> Any:
    return fire(host.hooks[Comments].check_comment("ann", text))

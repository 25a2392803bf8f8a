"""An optional module whose mood tests decide about."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from twisted.internet.defer import Deferred

from hostkit.api import ModuleApi
from hostkit.host import Host
from hostkit.rules import Deny

from .conftest import Comments, Words

HOOK = "comments.check_comment"


class Moody:
    """Denies everything; can be built and started only if a test wants it."""

    refuses: ClassVar[set[str]]
    steps: ClassVar[list[str]]
    waiting: ClassVar[list[Deferred[None]]]

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.name = api.name
        self._try("build")
        api.register_comments_callbacks(check_comment=self.check)

    def _try(self, step: str) -> None:
        self.steps.append(f"{step} {self.name}")
        if step in self.refuses:
            raise OSError(f"no {step} today")

    async def start(self) -> None:
        self._try("start")
        if "wait" in self.refuses:
            self.waiting.append(Deferred())
            await self.waiting[-1]

    async def stop(self) -> None:
        self.steps.append(f"stop {self.name}")

    async def check(self, author: str, text: str) -> Deny:
        return Deny("moody")


@pytest.fixture(autouse=True)
def good_mood(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have it refuse nothing, and forget what it did."""
    for name, value in (("refuses", set()), ("steps", []), ("waiting", [])):
        monkeypatch.setattr(Moody, name, value, raising=False)


WORDS: dict[str, Any] = {"module": Words, "name": "words"}
MOODY: dict[str, Any] = {"module": Moody, "name": "moody", "optional": True}


async def ask(host: Host) -> str:
    """Call the hook that it decides."""
    return str(await host.hooks[Comments].check_comment("ann", "hi"))

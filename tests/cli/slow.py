"""Modules that take their time."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.threads import deferToThread
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

if TYPE_CHECKING:
    from twisted.web.server import Request

    from hostkit import ModuleApi


class Gate(Resource):
    """A page at ``/gate`` that answers with what is written to a named pipe."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._pipe = Path(config["pipe"])
        api.register_web_resource("/gate", self)

    def render_GET(self, request: Request) -> int:  # noqa: N802
        def answer(text: str) -> None:
            request.write(text.encode())
            request.finish()

        deferToThread(self._pipe.read_text).addCallback(answer)
        _say("waiting")
        return NOT_DONE_YET


class Stuck:
    """Never gets through one step of its life, waiting or blocking."""

    def __init__(self, config: dict[str, str], api: ModuleApi) -> None:
        self._step = config["step"]
        self._blocks = config.get("how") == "blocks"

    async def start(self) -> None:
        await self._maybe_stick("start")

    async def stop(self) -> None:
        await self._maybe_stick("stop")

    async def _maybe_stick(self, step: str) -> None:
        if step != self._step:
            return
        _say(f"stuck in {step}")
        if self._blocks:
            time.sleep(1000)  # noqa: ASYNC251 -- what it must not do
        while True:
            try:
                await Deferred()
            except (CancelledError, asyncio.CancelledError):
                _say("not leaving")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 -- tells the test

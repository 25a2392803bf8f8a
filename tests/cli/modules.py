"""A category and modules that the config files of these tests name."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.threads import deferToThread
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from hostkit import ALLOW, Category, Decision, Deny, Keyed, ModuleApi, hookspec, rules

if TYPE_CHECKING:
    from twisted.web.server import Request


class Comments(Category):
    """Callbacks about comments."""

    @hookspec(rules.FirstDenial(on_error="fail"))
    async def check_comment(self, author: str) -> Decision:
        """Called before a comment is stored."""

    @hookspec(rules.Notify())
    async def on_comment_posted(self, author: str) -> None:
        """Called after a comment was stored."""


class Doors(Category):
    """Callbacks about doors, of which each has its own porter."""

    @hookspec(rules.Notify(), keyed=Keyed("door"))
    async def on_knock(self, door: str) -> None:
        """Called when somebody knocks."""


class Porter:
    """Opens the front door."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register(Doors, on_knock={"front": self.open})

    async def open(self, door: str) -> None:
        pass


class Remarks(Category):
    """Has the name of another category."""

    name = "comments"


class Words:
    """Checks comments, and has a page if its config has a path."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register(Comments, check_comment=self.check)
        if "path" in config:
            api.register_web_resource(config["path"], Resource())

    async def check(self, author: str) -> Decision:
        return ALLOW


class Strict(Words):
    """Does not like Bob."""

    async def check(self, author: str) -> Decision:
        return Deny("name", author) if author == "bob" else ALLOW


class Failing(Words):
    """Fails whenever it is asked."""

    async def check(self, author: str) -> Decision:
        raise RuntimeError(author)


class Unstartable:
    """Can be built, but not started."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        pass

    async def start(self) -> None:
        raise RuntimeError("no database")


class Broken:
    """Cannot be built."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        raise RuntimeError("no database")


class Interrupted:
    """Is built while somebody presses Ctrl-C."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        raise KeyboardInterrupt


class InterruptedLater(Unstartable):
    """Is started while somebody presses Ctrl-C."""

    async def start(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(60)


class Noted:
    """Writes to a file when it is started and stopped."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        self._config = config
        self.api = api
        self._name = api.name

    def _note(self, step: str) -> None:
        with Path(self._config["notes"]).open("a") as notes:
            notes.write(f"{step} {self._name}\n")

    async def start(self) -> None:
        if self._config.get("fails"):
            raise RuntimeError("no database")
        if self._config.get("waits"):
            print("waiting", file=sys.stderr, flush=True)  # noqa: T201 -- the test waits for it
            await Deferred()
        self._note("start")

    async def stop(self) -> None:
        self._note("stop")


class Cancelled(Noted):
    """Cannot be started, as something in it is cancelled."""

    async def start(self) -> None:
        raise CancelledError("by a module")


class Worker(Noted):
    """Writes the name of its process to the file."""

    async def start(self) -> None:
        self._note(str(self.api.worker_name))

    async def stop(self) -> None:
        pass


class Late(Noted):
    """Waits when it is started; when that is cancelled, it fails, has started, or ends."""

    async def start(self) -> None:
        _say("waiting")
        try:
            await Deferred()
        except (CancelledError, asyncio.CancelledError):
            if self._config["then"] == "fails":
                raise RuntimeError("too late") from None
            if self._config["then"] == "ends":
                raise
        self._note("start")


class Page(Resource):
    """A page that fails to render."""

    def __init__(self, config: dict[str, str], api: ModuleApi) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        api.register_web_resource(config["path"], self)

    def render_GET(self, request: Request) -> bytes:  # noqa: N802 -- so named by Twisted
        raise RuntimeError("out of paper")


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
    """Never returns from one lifecycle step, either awaiting or blocking."""

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
            time.sleep(1000)  # noqa: ASYNC251 -- what a module must not do
        while True:
            try:
                await Deferred()
            except (CancelledError, asyncio.CancelledError):
                _say("not leaving")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 -- the test waits for it

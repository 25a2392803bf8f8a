"""What is served while it is attacked: a category of hooks, and modules with pages."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import deferLater
from twisted.web.resource import Resource
from twisted.web.server import Request

from hostkit import ALLOW, Category, Decision, Deny, ModuleApi, hookspec, rules
from hostkit.web import JsonResource, form_body

GREETING = b"Hello, world!"
NEWS = b"Nothing new today.\n" * 1000
PAGE = b"0123456789abcdef" * 65536
FILE_BYTES = 20 * 1024**2
SLOW_SECONDS = 0.5


class Doors(Category):
    """Decide who may come in."""

    @hookspec(rules.FirstDenial(on_error="fail"))
    async def may_enter(self, guest: str, door: str) -> Decision:
        """Called before a door is opened."""

    @hookspec(rules.FirstDenial(on_error="fail"))
    async def may_wait(self, how: str) -> Decision:
        """Called for a guest whom modules keep waiting."""


class Doorkeeper:
    """Lets everyone in but Mallory."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register(Doors, may_enter=self.may_enter)

    async def may_enter(self, guest: str, door: str) -> Decision:
        return Deny("no_entry", "not you") if guest == "mallory" else ALLOW


class Sleeper:
    """Hangs; also when it is cancelled, if it is called for that."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register(Doors, may_wait=self.may_wait)

    async def may_wait(self, how: str) -> Decision:
        try:
            await Deferred()
        except BaseException as error:
            if how != "stubborn" or isinstance(error, GeneratorExit):
                raise
            await Deferred()
        return ALLOW


class Text(Resource):
    """Serves a text."""

    isLeaf = True  # noqa: N815

    def __init__(self, text: bytes) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._text = text

    def render_GET(self, request: Request) -> bytes:  # noqa: N802
        return self._text


class Guestbook(Resource):
    """Reads a form as resources of Twisted do."""

    isLeaf = True  # noqa: N815

    def render_POST(self, request: Request) -> bytes:  # noqa: N802
        return b"%d fields" % len(request.args or {})


class Album(JsonResource):
    """Reads a form as hostkit offers it."""

    async def on_POST(self, request: Request) -> dict[str, int]:  # noqa: N802
        form = await form_body(request)
        return {"fields": len(form.fields)}


class Slow(JsonResource):
    """Answers after a while."""

    async def on_GET(self, request: Request) -> dict[str, str]:  # noqa: N802
        from twisted.internet import reactor

        try:
            await deferLater(reactor, SLOW_SECONDS, lambda: None)
        except CancelledError:
            return {}
        return {"hello": "at last"}


class Number:
    """Serves the number in its config."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register_web_resource("/number", Text(b"%d;" % config["number"]))


class Unwilling:
    """Does not start."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        pass

    async def start(self) -> None:
        raise OSError("not today")


class Pages:
    """Serves all of them."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        from twisted.web.static import File  # tests, which import this, cannot: it warns

        pages = {
            "/hello": Text(GREETING),
            "/news": Text(NEWS),
            "/page": Text(PAGE),
            "/guestbook": Guestbook(),  # type: ignore[no-untyped-call]
            "/album": Album(),  # type: ignore[no-untyped-call]
            "/slow": Slow(),  # type: ignore[no-untyped-call]
            "/file": File(config["file"]),
        }
        for path, page in pages.items():
            api.register_web_resource(path, page)

"""What the tests of the kit test with it: a category, and modules for it."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import deferLater
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from hostkit import ALLOW, Category, Decision, Deny, Keyed, ModuleApi, cached, hookspec, rules


class Comments(Category):
    """Callbacks about comments."""

    @hookspec(rules.FirstDenial(on_error="fail"))
    async def check_comment(self, author: str, text: str = "hi") -> Decision:
        """Called before a comment is stored."""

    @hookspec(rules.FirstResult())
    async def find_title(self, text: str) -> str | None:
        """Called for the title of a comment."""

    @hookspec(rules.Notify(veto=lambda error: isinstance(error, PermissionError)))
    async def on_posted(self, text: str) -> None:
        """Called after a comment was stored."""

    @hookspec(rules.FirstDenial())
    def check_now(self, author: str) -> Decision:
        """Called before a comment is stored, and cannot wait."""


class Logins(Category):
    """Callbacks about logins."""

    @hookspec(rules.FirstResult(), keyed=Keyed("kind"))
    async def check_login(self, kind: str, name: str) -> str | None:
        """Called for each login, by its kind."""


class Words:
    """Denies comments with a word, and shows that on a page."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        self.word = config.get("word", "casino")
        api.register_comments_callbacks(check_comment=self.check)
        api.register_web_resource("/words", Page(self))
        self.steps: list[str] = []
        self.computed = 0

    async def check(self, author: str, text: str) -> Decision:
        return Deny("banned", f"no {self.word}") if self.word in text else ALLOW

    @cached(ttl=60)
    async def compute(self) -> int:
        self.computed += 1
        return self.computed

    async def start(self) -> None:
        self.steps.append("start")

    async def stop(self) -> None:
        self.steps.append("stop")


class Page(Resource):
    """Answers in many ways."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def __init__(self, module: Words) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._module = module
        self.held: list[Request] = []

    def render_GET(self, request: Request) -> Any:  # noqa: N802
        what = request.uri.partition(b"?")[2]
        if what == b"raise":
            raise ValueError("out of order")
        if what == b"nonsense":
            return 7
        if what == b"large":
            return b"x" * 1_000_000
        if what == b"hold":
            self.held.append(request)
            request.write(b"begun")
            return NOT_DONE_YET
        if what == b"cut":
            request.write(b"begun")
            request.loseConnection()
            return NOT_DONE_YET
        return self._module.word.encode()

    def render_POST(self, request: Request) -> bytes:  # noqa: N802
        assert request.content is not None
        body = request.content.read()
        fields = b",".join(sorted(request.args or {}))
        return b"%d %s %s" % (len(body), request.getHeader(b"content-type") or b"none", fields)


class Slow:
    """Takes a minute of the clock that is its config."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self._clock = config
        api.register_comments_callbacks(check_comment=self.check)

    async def check(self, author: str, text: str) -> Decision:
        await deferLater(self._clock, 60)
        return ALLOW

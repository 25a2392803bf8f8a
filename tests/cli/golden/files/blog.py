"""The categories and modules of the config files beside it; golden files name lines of this."""

from __future__ import annotations

import attrs

from hostkit import ALLOW, Category, Decision, Deny, ModuleApi, cached, hookspec, rules
from hostkit.web import JsonResource


class Comments(Category):
    """Callbacks about comments."""

    @hookspec(rules.FirstDenial(on_error="fail"))
    async def check_comment(self, author: str, text: str) -> Decision:
        """Called before a comment is stored. A denial is shown to its author."""

    @hookspec(rules.Notify())
    async def on_comment_posted(self, author: str, text: str) -> None:
        """Called after a comment was stored."""


class Titles(Category):
    """Callbacks about pages."""

    @hookspec(rules.FirstResult(), added="1.2", deprecated="use the page's own title")
    async def title_of(self, path: str, language: str = "en") -> str | None:
        """Called when a page is shown."""


class Words:
    """Denies comments with some words, and shows these on a page."""

    @attrs.frozen
    class Config:
        """What is denied.

        Attributes:
            banned: The words.
            page: Where they are shown.
        """

        banned: list[str] = attrs.field(factory=lambda: ["casino"])
        page: str = "/words"

    def __init__(self, config: Config, api: ModuleApi) -> None:
        self._banned = config.banned
        api.register(Comments, check_comment=self.check)
        api.register_web_resource(config.page, JsonResource())  # type: ignore[no-untyped-call]
        api.register_cached_function(self.find)
        api.looping_background_call(self.refresh, 3_600_000)

    async def check(self, author: str, text: str) -> Decision:
        if text == "please fail":
            raise RuntimeError("the list of words cannot be read")
        found = await self.find(text)
        return ALLOW if found is None else Deny("banned_word", f"please write without {found!r}")

    @cached()
    async def find(self, text: str) -> str | None:
        return next((word for word in self._banned if word in text), None)

    async def refresh(self) -> None: ...


class Namer:
    """Has a title for each page."""

    def __init__(self, config: object, api: ModuleApi) -> None:
        api.register(Titles, title_of=self.title)
        api.register(Comments, on_comment_posted=self.note)

    async def title(self, path: str, language: str) -> str:
        return f"{path.strip('/').title()} ({language})"

    async def note(self, author: str, text: str) -> None: ...


class Broken:
    """Cannot be built."""

    def __init__(self, config: object, api: ModuleApi) -> None:
        raise RuntimeError("no database")


class Nothing:
    """Registers nothing."""

    def __init__(self, config: object, api: ModuleApi) -> None: ...

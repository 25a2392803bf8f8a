"""Categories and modules of every kind that `hostkit list` and `hostkit routes` tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.web.resource import Resource

from hostkit import Category, Decision, Keyed, hookspec, rules

if TYPE_CHECKING:
    from hostkit import ModuleApi


class Desk(Category):
    """Callbacks about a desk."""

    @hookspec(rules.FirstDenial(on_error="raise", on_invalid="deny"), must_decide=True)
    async def ask(self, name: str) -> Decision:
        """Called for each question."""

    @hookspec(rules.Notify())
    async def on_end(self, name: str) -> None:
        """Called at the end, for which no denial means anything."""


class Logins(Category):
    """Callbacks about logins, of which each has a kind."""

    @hookspec(rules.FirstResult(), keyed=Keyed("kind"))
    async def check_login(self, user: str, kind: str) -> str | None:
        """Called for each login."""


class Doors(Category):
    """Callbacks about doors, which only one module can have."""

    exclusive = True

    @hookspec(rules.FirstDenial(read=lambda answer: answer, allow="open"))
    async def check_door(self, name: str) -> str:
        """Called for each door; what a failure would deny with is not known."""


class Listening:
    """Listens to hooks, with keys where they have some, and has pages, as its config says."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        hooks: dict[str, dict[str, Any]] = config.get("hooks", {})
        for category in (Desk, Logins, Doors):
            own = {name: hooks[name] for name in category.hookspecs if name in hooks}
            answers = {
                name: dict.fromkeys(keys, self.answer) or self.answer for name, keys in own.items()
            }
            if answers:
                api.register(category, **answers)
        parent = Resource()
        parent.putChild(b"own", Resource())
        for path in config.get("paths", ()):
            api.register_web_resource(path, parent)

    async def answer(self, *_: str) -> None: ...

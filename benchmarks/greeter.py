"""What is served while `web.py` and `reload.py` measure: the category of hooks, and the modules."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from twisted.internet.task import deferLater
from twisted.web.resource import Resource

from hostkit import ALLOW, Decision, ModuleApi, cached, hookspec, rules
from hostkit.specs import Category
from hostkit.web import JsonResource, query_value

if TYPE_CHECKING:
    from twisted.web.server import Request

GREETING = b"Hello, world!"
SLOW_SECONDS = 0.02


class Doors(Category):
    """Decide who may come in."""

    @hookspec(rules.FirstDenial(on_error="fail"))
    async def may_enter(self, guest: str, door: str) -> Decision:
        """Called before a door is opened."""


class Hello(Resource):
    """Says hello, as any resource of Twisted does."""

    isLeaf = True

    def render_GET(self, request: Request) -> bytes:
        return GREETING


class HelloJson(JsonResource):
    """Says hello in JSON."""

    async def on_GET(self, request: Request) -> dict[str, str]:
        return {"hello": "world"}


class HelloSlowly(JsonResource):
    """Says hello after a while, so that a request is always in flight."""

    async def on_GET(self, request: Request) -> dict[str, str]:
        from twisted.internet import reactor

        await deferLater(reactor, SLOW_SECONDS)
        return {"hello": "at last"}


class Greeter:
    """Serves all of them."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register_web_resource("/hello", Hello())  # type: ignore[no-untyped-call]
        api.register_web_resource("/json", HelloJson())  # type: ignore[no-untyped-call]
        api.register_web_resource("/slow", HelloSlowly())  # type: ignore[no-untyped-call]


class OpenDoor:
    """Lets everyone in."""

    async def may_enter(self, guest: str, door: str) -> Decision:
        return ALLOW


class Doorkeeper(OpenDoor):
    """A module that lets everyone in."""

    def __init__(self, config: dict[str, Any], api: Any) -> None:
        api.register_doors_callbacks(may_enter=self.may_enter)


class Forgetful:
    """Invalidates many entries of a cache, for all processes."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.api = api
        self.count = 0
        api.register_cached_function(self.find)
        api.register_web_resource("/find", Find(self))
        api.register_web_resource("/forget", Forget(self))

    @cached()
    async def find(self, key: str) -> int:
        self.count += 1
        return self.count


class Find(JsonResource):
    """Shows how often the last key was invalidated here."""

    def __init__(self, module: Forgetful) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.module = module

    async def on_GET(self, request: Request) -> dict[str, int]:
        return {"number": await self.module.find("last"), "process": os.getpid()}


class Forget(Find):
    """Invalidates as many keys as the query says, and then the last one."""

    async def on_GET(self, request: Request) -> dict[str, int]:
        keys = [(f"user{number}",) for number in range(query_value(request, "count", int))]
        keys.append(("last",))
        find: Any = self.module.find
        await self.module.api.invalidate_cache_entries(find, keys)
        return {}

"""The modules of the config files in ``tests/cli/golden``, where lines of this file are named."""

from __future__ import annotations

from typing import Any

from twisted.web.resource import Resource

from hostkit import ALLOW, Category, Decision, ModuleApi, hookspec, rules


class Comments(Category):
    """Callbacks about comments."""

    @hookspec(rules.FirstDenial(on_error="fail"))
    async def check_comment(self, author: str) -> Decision:
        """Called before a comment is stored."""

    @hookspec(rules.Notify())
    async def on_comment_posted(self, author: str) -> None:
        """Called after a comment was stored."""


class Words:
    """Checks comments, and has a page."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register(Comments, check_comment=self.check)
        api.register_web_resource("/words", Resource())

    async def check(self, author: str) -> Decision:
        return ALLOW


class Broken:
    """Cannot be built."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        raise RuntimeError("no database")


class Nothing:
    """Registers nothing."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None: ...

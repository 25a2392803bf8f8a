"""Which config file a decision was made with."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from twisted.internet.defer import Deferred

from hostkit import Category, Decision, Deny, Host, ModuleApi, hookspec, rules
from hostkit.config import from_mapping


class Comments(Category):
    """Callbacks about comments."""

    @hookspec(rules.FirstDenial(on_error="fail"))
    async def check_comment(self, author: str) -> Decision:
        """Called before a comment is stored."""


class Denies:
    """Denies, when it is told to."""

    waiting: Deferred[None] | None = None

    def __init__(self, config: Any, api: ModuleApi) -> None:
        api.register_comments_callbacks(check_comment=self.check)

    async def check(self, author: str) -> Decision:
        if self.waiting is not None:
            await self.waiting
        return Deny(author)


def config(number: int) -> dict[str, Any]:
    return {"modules": [{"module": Denies, "name": "denies", "config": {"number": number}}]}


@pytest.fixture
def host() -> Host:
    return Host.from_config(config(0), categories=[Comments])


async def test_each_reload_is_a_generation(host: Host) -> None:
    """Receipts have the one in which the call began, also if it ends in another."""
    async with host:
        assert host.generation == 1
        await host.hooks[Comments].check_comment("ann")
        module: Any = host.modules[0].instance
        module.waiting = Deferred()
        call = Deferred.fromCoroutine(host.hooks[Comments].check_comment("bob"))
        await host.reload(config(1))
        assert host.generation == 2
        await host.hooks[Comments].check_comment("cid")
        module.waiting.callback(None)
        await call
        found = {receipt.reason: receipt.generation for receipt in host.receipts}
        assert list(found.values()) == [1, 2, 1]


async def test_a_supervisor_counts_for_its_processes() -> None:
    """One that begins later has the number of the others."""
    file = attrs.evolve(from_mapping(config(0)), generation=7)
    async with Host(file, categories=[Comments]) as host:
        assert host.generation == 7
        await host.reload(attrs.evolve(from_mapping(config(1)), generation=9))
        assert host.generation == 9


async def test_a_reload_that_is_refused_counts_nothing(host: Host) -> None:
    """Nor does trying missing modules again."""
    async with host:
        with pytest.raises(Exception, match="HK"):
            await host.reload({"modules": [{"module": "none.Such"}]})
        assert host.generation == 1

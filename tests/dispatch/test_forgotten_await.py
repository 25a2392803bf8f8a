"""Answers that are still to be awaited."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from hostkit import Category, Host, hookspec, rules
from hostkit.errors import ModuleFailedError
from hostkit.testing import Recorder, build_host


class Lookups(Category):
    @hookspec(rules.FirstDenial(on_error="fail"))
    async def check(self, name: str) -> rules.Decision:
        """Called to decide."""

    @hookspec(rules.FirstResult())
    async def find(self, name: str) -> str | None:
        """Called to find something."""

    @hookspec(rules.Collect())
    async def gather(self, name: str) -> str:
        """Called to gather answers."""

    @hookspec(rules.Merge(combine=list, stop_at="stop"))
    async def merge(self, name: str) -> object:
        """Called to combine answers."""

    @hookspec(rules.Exclusive())
    async def own(self, name: str) -> str | None:
        """Called to ask one module."""


async def look_up() -> str:
    """Look something up."""
    return "found"


def _future() -> Any:
    return asyncio.get_running_loop().create_future()


async def _ask(answer: Callable[[], Any]) -> str:
    async def check(name: str) -> Any:
        return answer()

    host = build_host([Recorder(check=check)], categories=[Lookups])
    with pytest.raises(ModuleFailedError) as caught:
        await host.hooks[Lookups].check("ann")
    return caught.value.reason


@pytest.mark.filterwarnings("error")
def test_a_coroutine_is_no_answer() -> None:
    """The missing `await` is named, with what is not awaited, and Python does not warn as well."""
    reason = asyncio.run(_ask(look_up))
    gc.collect()
    assert reason == ("expected ALLOW or a Deny, got the coroutine look_up: an `await` is missing")


@pytest.mark.parametrize("answer", [Deferred, _future])
def test_other_awaitables_are_no_answer_either(answer: Callable[[], Any]) -> None:
    """They are shown as they are."""
    reason = asyncio.run(_ask(answer))
    assert reason.startswith("expected ALLOW or a Deny, got <")
    assert reason.endswith(">: an `await` is missing")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("timing", ["sampled", "exact"])
@pytest.mark.parametrize("hook", ["find", "gather", "merge", "own"])
async def test_a_coroutine_is_no_value_either(hook: str, timing: str) -> None:
    """Hooks that ask for values would hand it on as one, in whatever way they are measured."""

    class Module:
        def __init__(self, config: Any, api: Any) -> None:
            api.register(Lookups, **{hook: self.find})

        async def find(self, name: str) -> Any:
            return look_up()

    config = {"modules": [{"module": Module}], "hostkit": {"timing": timing}}
    host = Host.from_config(config, categories=[Lookups]).build()
    call = getattr(host.hooks[Lookups], hook)
    with pytest.raises(ModuleFailedError, match="got the coroutine look_up: an `await` is m"):
        await call("ann")
    trace = await host.ask(f"lookups.{hook}", {"name": "ann"})
    assert isinstance(trace.error, ModuleFailedError)
    gc.collect()

"""Hosts whose api has methods of its own by the names of ours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.web.resource import Resource

from hostkit import Host, ModuleApi, cached, hookimpl
from hostkit.api import Registrations

from .conftest import Comments, Names, hooks_of, make_api

PUBLIC = [name for name in dir(ModuleApi) if not name.startswith("_")]


class Module:
    @cached()
    async def find(self, key: str) -> str:
        return key

    @hookimpl
    def find_name(self, user: str) -> str:
        return user


def use(name: str, api: Any, module: Module) -> None:
    """Use everything of the api but one name."""
    uses: dict[str, Callable[[], Any]] = {
        "register": lambda: api.register(Comments, on_comment_posted=print),
        "on": lambda: api.on(Names.find_name)(str.upper),
        "register_hookimpls": lambda: api.register_hookimpls(module),
        "register_web_resource": lambda: api.register_web_resource("/words", Resource()),
        "register_cached_function": lambda: api.register_cached_function(module.find),
        "looping_background_call": lambda: api.looping_background_call(print, 1000),
        "should_run_background_tasks": api.should_run_background_tasks,
    }
    for each, act in uses.items():
        if each != name:
            act()
    if name not in {"invalidate_cache", "register_cached_function"}:
        asyncio.run(api.invalidate_cache(module.find, ("key",)))
    api.register_comments_callbacks(on_comment_posted=print)
    for attribute in {"name", "logger", "worker_name"} - {name}:
        getattr(api, attribute)


@pytest.mark.parametrize("name", PUBLIC)
def test_no_method_depends_on_another(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """A host's api may have something else by any of the names."""

    def own(*_: Any, **__: Any) -> Any:
        raise NotImplementedError

    registrations = Registrations()
    base = type("HostApi", (ModuleApi,), {name: own})
    api = make_api(registrations, Comments, Names, base=base, recommended_path="/modules")
    with caplog.at_level(logging.WARNING):
        use(name, api, Module())
    assert hooks_of(registrations).count("comments.on_comment_posted") == 1 + (name != "register")


class ServerApi(ModuleApi):
    """The api of a server on which modules register accounts."""

    def register(self, localpart: str, displayname: str | None = None) -> str:  # type: ignore[override]
        return f"@{localpart}:example.org"


def test_a_host_may_have_another_register() -> None:
    """Its modules register accounts by it, and callbacks by the methods of the categories."""
    registered = []

    class Words:
        def __init__(self, config: Any, api: Any) -> None:
            api.register_names_callbacks(find_name=lambda user: user.title())
            registered.append(api.register("ann"))

    entries = {"modules": [{"module": Words}]}
    host = Host.from_config(entries, categories=[Names], api_class=ServerApi, clock=Clock()).build()
    assert host.hooks[Names].find_name("ann") == "Ann"
    assert registered == ["@ann:example.org"]

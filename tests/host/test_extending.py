"""A module can bring a category, which other modules extend: it calls the hooks itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hostkit.api import ModuleApi
from hostkit.errors import ConfigErrors, RegistrationError
from hostkit.host import Host
from hostkit.rules import Collect, Decision, Deny, FirstResult
from hostkit.specs import Category, hookspec

from .conftest import Comments, Words


class Greetings(Category):
    """What the module `Greeter` brings."""

    @hookspec(Collect())
    async def greetings(self, name: str) -> str:
        """Called for each guest."""

    @hookspec(FirstResult(default="friend"))
    def title(self, name: str) -> str | None:
        """Called for the title of a guest."""


class Greeter:
    """Extends a category of the host, and has one that others extend."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.api = api
        self.started: list[str] = []
        api.register_comments_callbacks(check_comment=self.check)

    async def start(self) -> None:
        self.started = await self.api.hooks[Greetings].greetings("start")

    async def check(self, author: str, text: str) -> Decision:
        found = await self.api.hooks[Greetings].greetings(author)
        title = self.api.hooks.greetings.title(author)
        return Deny("greeted", ", ".join([title, *found]))


class Hello:
    def __init__(self, config: str, api: ModuleApi) -> None:
        self._config = config
        api.register(Greetings, greetings=self.greet)

    async def greet(self, name: str) -> str:
        return f"{self._config} {name}"


def mapping(*greetings: str) -> dict[str, Any]:
    entries = [{"module": Hello, "name": each, "config": each} for each in greetings]
    return {"modules": [{"module": Greeter, "name": "greeter"}, *entries]}


def host_of(*greetings: str, **options: Any) -> Host:
    return Host.from_config(mapping(*greetings), categories=[Comments, Greetings], **options)


async def test_a_module_calls_the_hooks_of_its_own_category() -> None:
    """From its `start()` on, and in its callbacks; modules that are listed after it are asked."""
    async with host_of("hello", "hi") as host:
        assert host.modules[0].instance.started == ["hello start", "hi start"]
        denial = await host.hooks[Comments].check_comment("ann", "text")
        assert str(denial) == "greeted: friend, hello ann, hi ann"


async def test_hooks_are_those_of_the_moment_after_a_reload() -> None:
    """A module that is kept asks the new modules, also through what it has kept."""
    async with host_of("hello") as host:
        greeter = host.modules[0].instance
        hooks = greeter.api.hooks
        greetings = greeter.api.hooks[Greetings]
        await host.reload(mapping("good day", "hi"))
        assert host.modules[0].instance is greeter
        assert greeter.api.hooks is hooks
        assert [
            await greetings.greetings("ann"),
            await hooks[Greetings].greetings("ann"),
            await greeter.api.hooks[Greetings].greetings("ann"),
        ] == [["good day ann", "hi ann"]] * 3


async def test_a_new_module_asks_what_is_in_use_while_it_starts() -> None:
    """Until the reload has succeeded, that is what was there before."""
    async with host_of("hello") as host:
        new = mapping("hi")
        new["modules"][0] = {"module": Greeter, "name": "other"}
        await host.reload(new)
        other = host.modules[0].instance
        answers = await other.api.hooks[Greetings].greetings("now")
        assert (other.started, answers) == (["hello start"], ["hi now"])


@pytest.mark.parametrize("reload", [False, True])
def test_hooks_are_not_called_while_modules_are_built(reload: bool) -> None:
    """Not all of them could be asked; also in a reload, where there are others."""

    class Early:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            api.hooks[Greetings].title("ann")

    early = {"modules": [{"module": Early}]}

    async def main() -> None:
        before = {"modules": [{"module": Hello, "config": "hello"}]} if reload else early
        async with Host.from_config(before, categories=[Greetings]) as host:
            await host.reload(early)

    with pytest.raises(ConfigErrors) as caught:
        asyncio.run(main())
    assert "HK217" in str(caught.value)
    assert "call them in start(), or later" in str(caught.value)


def test_no_module_calls_hooks_of_a_host_that_is_being_built() -> None:
    """A module that was built already may be called by one that is being built."""
    apis: list[ModuleApi] = []

    class First:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            apis.append(api)

    class Second:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            with pytest.raises(RegistrationError, match="hooks are called too early"):
                assert apis[0].hooks

    modules = [{"module": First}, {"module": Second}, {"module": Words}]
    host = Host.from_config({"modules": modules}, categories=[Comments]).build()
    assert apis[0].hooks is host.hooks


def test_a_category_that_the_host_does_not_have_is_named() -> None:
    """As it is for a host itself."""
    host = Host.from_config({"modules": [{"module": Words}]}, categories=[Comments]).build()
    with pytest.raises(KeyError, match="this host has no category Greetings"):
        host.modules[0].instance.api.hooks[Greetings]


def test_a_host_may_have_something_else_by_that_name() -> None:
    """A subclass of the api that is older than `hooks` goes on as it was."""

    class OwnApi(ModuleApi):
        @property
        def hooks(self) -> Any:
            return "own"

    host = host_of(api_class=OwnApi).build()
    assert host.modules[0].instance.api.hooks == "own"

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, Final, TypeVar

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from hostkit.api import ModuleApi
from hostkit.errors import ConfigErrors, Problem
from hostkit.host import Host
from hostkit.rules import ALLOW, Collect, Decision, Deny, Exclusive, FirstDenial, Notify
from hostkit.specs import Category, hookspec
from tests.loading.conftest import Site, lonely_site, site

__all__ = ["Site", "lonely_site", "site"]

T = TypeVar("T")


class Comments(Category):
    @hookspec(FirstDenial())
    async def check_comment(self, author: str, text: str) -> Decision:
        """Called before a comment is stored."""

    @hookspec(Notify())
    async def on_comment_posted(self, comment_id: int) -> None:
        """Called after a comment was stored."""


class Names(Category):
    @hookspec(Exclusive())
    async def find_name(self, user: str) -> str | None:
        """Called when a name is shown."""

    @hookspec(Collect())
    def list_titles(self, user: str) -> str:
        """Called when a page is shown."""


class Strangers(Category):
    @hookspec(Notify())
    async def on_stranger(self) -> None:
        """Called in some other host."""


class Words:
    """Denies comments with a word it is configured with."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        self.config = config
        self.api = api
        api.register_comments_callbacks(check_comment=self.check)

    async def check(self, author: str, text: str) -> Decision:
        return Deny("banned", author) if self.config.get("word") in text.split() else ALLOW


class Failing:
    """Cannot decide."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register_comments_callbacks(check_comment=self.check)

    async def check(self, author: str, text: str) -> Decision:
        raise ValueError("out of order")


class Namer:
    """Knows one name."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        self.config = config
        api.register_names_callbacks(find_name=self.find)

    async def find(self, user: str) -> str:
        return f"{self.config['title']} {user}"


def make_host(*modules: dict[str, Any], clock: Clock | None = None, **settings: Any) -> Host:
    """Make a host with the entries of some modules."""
    return Host.from_config(
        {"modules": modules, "hostkit": settings}, categories=[Comments, Names], clock=clock
    )


def problems_of(host: Host) -> tuple[Problem, ...]:
    """Build a host that is wrong, and give its problems."""
    with pytest.raises(ConfigErrors) as caught:
        host.build()
    return caught.value.problems


def fire(coroutine: Coroutine[Deferred[Any], Any, T]) -> T:
    """Run a coroutine without asyncio, as Twisted does, which must not wait for anything."""
    results: list[Any] = []
    Deferred.fromCoroutine(coroutine).addBoth(results.append)
    assert results, "it is still waiting"
    if isinstance(results[0], Failure):
        results[0].raiseException()
    result: T = results[0]
    return result


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return Clock()


class Recorded:
    """Notes when it is started and stopped, and does what a test wants it to do then."""

    log: ClassVar[list[str]]
    actions: ClassVar[dict[str, Callable[[], Any]]]

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.name = api.name

    def start(self) -> Any:
        return self._note("start")

    def stop(self) -> Any:
        return self._note("stop")

    def _note(self, step: str) -> Any:
        key = f"{step} {self.name}"
        self.log.append(key)
        return self.actions.get(key, lambda: None)()


class Three:
    """A host of three modules, and what they did."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.actions: dict[str, Callable[[], Any]] = {}
        module = type("Module", (Recorded,), {"log": self.log, "actions": self.actions})
        self.host = make_host(*({"module": module, "name": name} for name in "abc"), clock=Clock())

    def fail(self, step: str, error: BaseException) -> None:
        """Have a step raise."""

        def act() -> None:
            raise error

        self.actions[step] = act


@pytest.fixture
def three() -> Three:
    """Give a host with the modules ``a``, ``b`` and ``c``."""
    return Three()


ALL: Final = ["start a", "start b", "start c", "stop c", "stop b", "stop a"]


async def up_and_down(host: Host) -> None:
    """Start a host and stop it."""
    await host.start()
    await host.stop()

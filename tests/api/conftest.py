from __future__ import annotations

from typing import Any

import pytest

from hostkit.api import HostServices, ModuleApi, Registrations, make_api_class
from hostkit.rules import Decision, FirstDenial, FirstResult, Notify
from hostkit.specs import Category, hookspec


class Comments(Category):
    @hookspec(FirstDenial())
    async def check_comment(self, author: str, text: str) -> Decision:
        """Called before a comment is stored."""

    @hookspec(Notify(), deprecated="it is said twice")
    async def on_comment_posted(self, comment_id: int) -> None:
        """Called after a comment was stored."""


class Names(Category):
    @hookspec(FirstResult())
    def find_name(self, user: str) -> str | None:
        """Called when a name is shown."""


class Strangers(Category):
    @hookspec(Notify())
    async def on_stranger(self) -> None:
        """Called in some other host."""


async def check(author: str, text: str) -> Decision:
    raise NotImplementedError


async def notify(comment_id: int) -> None:
    raise NotImplementedError


def make_api(
    registrations: Registrations,
    *categories: type[Category],
    name: str = "words",
    base: type[ModuleApi] = ModuleApi,
    **services: Any,
) -> ModuleApi:
    """Make the api of a module in a host with some categories and services."""
    api_class = make_api_class(base, categories)
    return api_class(name, registrations, HostServices(categories, **services))


@pytest.fixture
def registrations() -> Registrations:
    """Give the place where the api notes what is registered."""
    return Registrations()


@pytest.fixture
def api(registrations: Registrations) -> ModuleApi:
    """Give the api of a module called ``words`` in a host with two categories."""
    return make_api(registrations, Comments, Names)


def hooks_of(registrations: Registrations) -> list[str]:
    """List the hooks of what was registered, in its order."""
    return [registration.spec.full_name for registration in registrations.callbacks]

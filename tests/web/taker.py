"""A hook that takes one argument, of any type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hostkit import Category, Host, ModuleApi, hookspec, rules
from hostkit.web import Gateway, Router
from tests.web.conftest import ask

if TYPE_CHECKING:
    from hostkit.testing import Answer


def host_for(hint: Any, **options: Any) -> tuple[Host, list[Any]]:
    """Build a host with a hook that has an argument `it`, and note what its module is given."""

    async def take(self: Any, it: Any) -> None:
        """Called with one argument."""

    take.__annotations__["it"] = hint
    category = type("Types", (Category,), {"take": hookspec(rules.Notify(), **options)(take)})
    given: list[Any] = []

    class Module:
        def __init__(self, config: object, api: ModuleApi) -> None:
            api.register(category, take=given.append)

    return Host.from_config({"modules": [{"module": Module}]}, categories=[category]).build(), given


def post(host: Host, **arguments: Any) -> Answer:
    """Call the hook over HTTP."""
    root = Router(Gateway(host, token=None).resources)
    return ask(root, "POST", "/_hostkit/hooks/types/take", json.dumps(arguments).encode())

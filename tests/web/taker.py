"""A hook that takes one argument, of any type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hostkit import Category, Host, ModuleApi, hookspec, rules
from hostkit.testing import build_host
from tests.web.conftest import ask, hooks_of

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

    return build_host([Module], categories=[category]), given


def schema_of(hint: Any) -> Any:
    """Give what the gateway's listing says of an argument with an annotation."""
    hooks = ask(hooks_of(host_for(hint)[0]), "GET", "/_hostkit/hooks").json["categories"]["types"]
    return hooks["hooks"]["take"]["arguments"]["properties"]["it"]


def post(host: Host, **arguments: Any) -> Answer:
    """Call the hook over HTTP."""
    root = hooks_of(host)
    return ask(root, "POST", "/_hostkit/hooks/types/take", json.dumps(arguments).encode())

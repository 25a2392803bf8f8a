"""A host from whose OpenAPI document clients are generated; run, it prints the document."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Literal

import attrs

from hostkit import ALLOW, Category, Decision, Deny, ModuleApi, hookspec, rules
from hostkit.testing import build_host
from hostkit.web import Gateway, Router
from tests.web.conftest import ask


@attrs.frozen
class Order:
    """What is ordered."""

    item: str
    count: int = 1
    speed: Literal["slow", "fast"] = "slow"


@attrs.frozen
class Price:
    """What it costs."""

    amount: float
    currency: str = "EUR"


class Shop(Category):
    """Callbacks about orders."""

    @hookspec(rules.FirstDenial())
    async def check_order(self, order: Order) -> Decision:
        """Called for each order."""

    @hookspec(rules.FirstResult())
    async def find_price(self, item: str) -> Price | None:
        """Called for the price of an item."""

    @hookspec(rules.Collect())
    async def labels(self, item: str) -> str:
        """Called for the labels of an item."""

    @hookspec(rules.FirstResult())
    async def find_stock(
        self, shelves: Mapping[tuple[str, int], Order]
    ) -> Mapping[tuple[str, int], Price]:
        """Called for the prices of what is on shelves, each by its hall and number."""

    @hookspec(rules.Notify())
    async def notify(self, item: str) -> None:
        """Called when an item is sold."""


class Module:
    def __init__(self, config: object, api: ModuleApi) -> None:
        api.register(
            Shop,
            check_order=lambda order: Deny("many", "too many") if order.count > 5 else ALLOW,
            find_price=lambda item: Price(2.5),
            labels=lambda item: item.upper(),
            find_stock=lambda shelves: {shelf: Price(1.5) for shelf in shelves},
        )


ROOT = Router(
    Gateway(
        build_host([{"module": Module, "name": "shop"}], categories=[Shop]),
        token=None,
    ).resources
)


if __name__ == "__main__":
    sys.stdout.buffer.write(ask(ROOT, "GET", "/_hostkit/openapi.json").body)

"""`Federation`: what happens between servers."""

from __future__ import annotations

from typing import final

from hookspecs.vocabulary import FederationEventDeliveryEvent
from hostkit import Category, hookspec, rules


@final
class Federation(Category):
    """Callbacks about the traffic with other servers."""

    @hookspec(rules.Notify())
    async def on_event_delivered_over_federation(self, event: FederationEventDeliveryEvent) -> None:
        """Called after events were delivered to another server.

        `event` says which events, to which server, and how they got there. What is returned is
        ignored. All modules are told, in order.

        An exception is logged, and the next module is told.
        """

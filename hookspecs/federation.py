"""`Federation`: what happens between servers."""

from __future__ import annotations

from typing import final

from hookspecs.vocabulary import Event
from hostkit import Category, hookspec, rules


@final
class Federation(Category):
    """Callbacks about the traffic with other servers."""

    @hookspec(rules.Notify())
    async def on_event_delivered_over_federation(self, event: Event) -> None:
        """Called after an event was delivered to another server.

        What is returned is ignored. All modules are told, in order.

        An exception is logged, and the next module is told.
        """

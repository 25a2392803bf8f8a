"""`AccountData`: what users keep on the server for their clients."""

from __future__ import annotations

from typing import final

from hookspecs.vocabulary import JsonDict
from hostkit import Category, hookspec, rules


@final
class AccountData(Category):
    """Callbacks about account data."""

    @hookspec(rules.Notify(), copy=("content",), added="1.57")
    async def on_account_data_updated(
        self, user_id: str, room_id: str | None, account_data_type: str, content: JsonDict
    ) -> None:
        """Called after account data was written, in the process that writes it.

        `room_id` is `None` for data that belongs to no room. Data that was deleted has the content
        `{}`. Tags are not told. What is returned is ignored. All modules are told, in order.

        An exception is logged, and the next module is told.
        """

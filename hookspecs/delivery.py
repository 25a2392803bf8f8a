"""`Federation` and `UnsignedFields`: events on their way to other servers and to clients."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum, unique
from typing import Any, ClassVar, final

import attrs

from hookspecs.rooms import Event
from hookspecs.values import JsonDict
from hostkit import Category, hookspec, rules


@final
@unique
class FederatedEventDeliveryMethod(StrEnum):
    """The part of the federation API through which events were delivered; more may come.

    Only the other server's answer to `SEND` says that the events have arrived. What it has fetched
    with one of the others may have been lost on the way.
    """

    SEND = "/send"
    BACKFILL = "/backfill"
    GET_MISSING_EVENTS = "/get_missing_events"
    EVENT = "/event"
    EVENT_AUTH = "/event_auth"
    STATE = "/state"
    SEND_JOIN = "/send_join"


@final
@attrs.frozen
class FederationEventDeliveryEvent:
    """Some events that were delivered to another server.

    Attributes:
        server_name: The other server.
        events: The events; one delivery may be reported in several parts.
        method: The endpoint they were delivered through.
    """

    server_name: str
    events: Collection[Event]
    method: FederatedEventDeliveryMethod


@final
class Federation(Category):
    """Callbacks about the traffic with other servers."""

    @hookspec(rules.Notify())
    async def on_event_delivered_over_federation(self, event: FederationEventDeliveryEvent) -> None:
        """Called after events were delivered to another server.

        `event` has the events, the server, and the means of delivery. Return values are ignored.
        All modules are notified, in order.

        An exception is logged, and the next module is notified.
        """


def read_fields(value: Any) -> JsonDict:
    """Take a mapping with strings as keys.

    Raises:
        TypeError: It is something else, or one of its keys is.
    """
    if isinstance(value, Mapping):
        fields: JsonDict = dict(value)
        if all(isinstance(key, str) for key in fields):
            return fields
    raise TypeError("the fields are a dict with str keys")


def merge_fields(answers: list[JsonDict]) -> JsonDict:
    """Merge fields; of two with one name, that of the earlier answer stays."""
    # Reversed, so that earlier answers overwrite later ones.
    merged: JsonDict = {}
    for answer in reversed(answers):
        merged |= answer
    return merged


@final
class UnsignedFields(Category):
    """Callbacks about the unsigned part of events as clients see them."""

    name: ClassVar[str] = "add_extra_fields_to_unsigned_client_event"

    @hookspec(
        rules.Merge(
            combine=merge_fields, read=read_fields, on_error="raise", on_invalid="continue"
        ),
        added="1.96",
    )
    async def add_field_to_unsigned_callback(self, event: Event) -> JsonDict:
        """Called for each event that is about to be sent to a client.

        The fields of the dict are added to the event's `unsigned`, except those that the host has
        set itself. An answer of another type is logged and skipped as a whole.

        All modules are asked. If two of them give the same field, that of the module which is
        listed first is used. Without any fields the result is `{}`.

        An exception goes to the caller, and no further module is asked.
        """

    async def extend_unsigned(self, event: Event, unsigned: Mapping[str, Any]) -> JsonDict:
        """Add the modules' fields to those that a host has set; no field of its own changes.

        Args:
            event: The event that is about to be sent to a client.
            unsigned: What the host has put into the event's `unsigned`.

        Returns:
            A new dict with both.
        """
        # The host's own fields come last: no module can overwrite one.
        return {**await self.add_field_to_unsigned_callback(event), **unsigned}

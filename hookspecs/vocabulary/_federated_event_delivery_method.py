"""`FederatedEventDeliveryMethod`: how events get to another server."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import final


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

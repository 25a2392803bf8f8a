"""`FederationEventDeliveryEvent`: that events were delivered to another server."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Collection

    from hookspecs.vocabulary._event import Event
    from hookspecs.vocabulary._federated_event_delivery_method import FederatedEventDeliveryMethod


@final
@attrs.frozen
class FederationEventDeliveryEvent:
    """Some events that were delivered to another server.

    Attributes:
        server_name: The other server.
        events: The events; what was sent in one go may be told in several parts.
        method: How they got there.
    """

    server_name: str
    events: Collection[Event]
    method: FederatedEventDeliveryMethod

"""`MessageCounts`: what has become of the messages between processes so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping


@final
@attrs.frozen
class MessageCounts:
    """What has become of the messages between processes since the host was built.

    Attributes:
        sent: Messages that were sent.
        unsent: Messages that could not be sent.
        accepted: Messages of other processes that were taken.
        repeated: Those that had arrived before, and were ignored.
        refused: What has arrived and was ignored, by the reason.
        gaps: How often numbers of a sender were missing.
        overflows: How often more arrived than the event loop could take.
        connections: How often a connection was made, so that nothing before it matters.
    """

    sent: int = 0
    unsent: int = 0
    accepted: int = 0
    repeated: int = 0
    refused: Mapping[str, int] = attrs.field(factory=dict)
    gaps: int = 0
    overflows: int = 0
    connections: int = 0

"""`Message`: what one process says to the others, with numbers that show what is missing."""

from __future__ import annotations

from typing import Any, Final, final

import attrs

LONGEST_BYTES: Final = 64 * 1024
"""How long a message may be, with everything around its payload."""

LONGEST_NAME: Final = 200
"""How many characters the names in a message have at most."""

BEAT: Final = "beat"
"""The kind of a message that only says which number its sender has reached."""


@final
@attrs.frozen
class Message:
    """A message between the processes of a host.

    Attributes:
        sender: The id of the process, which is chosen anew whenever its host is started.
        worker: The name of the process; `None` if it has none. It is for logs.
        number: How many messages the process has sent, including this one, from 1.
        sent: When it was sent, in seconds since 1970.
        quiet_seconds: How long before that the process sent its message before this one; 0 for the
            first.
        kind: Which part of hostkit it is for.
        payload: What it says: JSON values only, so tuples arrive as lists.
    """

    sender: str
    worker: str | None
    number: int
    sent: float
    quiet_seconds: float
    kind: str
    payload: Any

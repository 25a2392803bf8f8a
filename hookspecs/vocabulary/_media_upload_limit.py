"""`MediaUploadLimit`: how much may be uploaded."""

from __future__ import annotations

from typing import final

import attrs


@final
@attrs.frozen
class MediaUploadLimit:
    """How much a user may upload in some time.

    Attributes:
        max_bytes: The bytes that all uploads of the period may have together.
        time_period_ms: The length of the period, which ends now, in milliseconds.
    """

    max_bytes: int
    time_period_ms: int

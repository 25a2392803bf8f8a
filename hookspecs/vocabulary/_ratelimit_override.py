"""`RatelimitOverride`: a limit for one user."""

from __future__ import annotations

from typing import final

import attrs


@final
@attrs.frozen
class RatelimitOverride:
    """How often one user may do something, instead of the configured limit.

    Attributes:
        per_second: How often in the long run; ``0.0`` means that there is no limit.
        burst_count: How often at once.
    """

    per_second: float
    burst_count: int

"""`ProfileInfo`: how a user appears to others."""

from __future__ import annotations

from typing import final

import attrs


@final
@attrs.frozen
class ProfileInfo:
    """How a user appears to others.

    Attributes:
        avatar_url: The picture, as an ``mxc://`` address, if there is one.
        display_name: The name, if one was chosen.
    """

    avatar_url: str | None
    display_name: str | None

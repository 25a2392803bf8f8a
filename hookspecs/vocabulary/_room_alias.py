"""`RoomAlias`: what a room is called."""

from __future__ import annotations

from typing import ClassVar, final

import attrs

from hookspecs.vocabulary._identifier import Identifier


@final
@attrs.frozen(str=False)
class RoomAlias(Identifier):
    """A name of a room: ``#garden:example.org``."""

    SIGIL: ClassVar[str] = "#"

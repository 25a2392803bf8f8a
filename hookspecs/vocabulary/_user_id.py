"""`UserID`: who somebody is."""

from __future__ import annotations

from typing import ClassVar, final

import attrs

from hookspecs.vocabulary._identifier import Identifier


@final
@attrs.frozen(str=False)
class UserID(Identifier):
    """A user's identifier: ``@ann:example.org``."""

    SIGIL: ClassVar[str] = "@"

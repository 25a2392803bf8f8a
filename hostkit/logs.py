"""What a line of the log is about: fields that other programs can read without parsing its text.

All that concerns one module is logged by one logger, `logger_of` it.
"""

from __future__ import annotations

import logging
from typing import Any, Final, final

import attrs

MODULES: Final = "hostkit.modules."
"""The beginning of the name of a module's logger; the rest is the module's name."""

LONGEST_LOGGED: Final = 16 * 1024
"""How many characters of a message are logged."""

_KEY: Final = "hostkit_about"
_COLLECTED: Final = "hostkit_collected"

COLLECTED: Final[dict[str, Any]] = {_COLLECTED: True}
"""What `logging` takes as ``extra=`` for a warning that is collected as well."""


@final
@attrs.frozen
class About:
    """What a record is about. Records that are about the same may repeat, and are then counted.

    Attributes:
        hook: The full name of the hook that was called, or the step of a module's life.
        receipt: The id of the receipt of that call.
        loop: The description of the background loop.
        page: The method and path of the request.
        listener: The endpoint of the listener.
    """

    hook: str | None = None
    receipt: str | None = None
    loop: str | None = None
    page: str | None = None
    listener: str | None = None

    @property
    def extra(self) -> dict[str, Any]:
        """What `logging` takes as ``extra=``."""
        return {_KEY: self}


def about(record: logging.LogRecord) -> About | None:
    """Return what a record is about, if it says so."""
    found: About | None = getattr(record, _KEY, None)
    return found


def is_collected(record: logging.LogRecord) -> bool:
    """Whether a warning is also among those of its host, so that it may be shown in another way."""
    return hasattr(record, _COLLECTED)


def logger_of(module: str) -> logging.Logger:
    """Return the logger of a module, by the module's name."""
    return logging.getLogger(MODULES + module)

"""What the answers of modules mean that permit or refuse, by `True` and `False`."""

from __future__ import annotations

import logging
import reprlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from hookspecs.vocabulary import JsonDict, ReplacedEvent
from hookspecs.vocabulary._json import copy_json
from hostkit import CONTINUE, current_module
from hostkit.rules import Replace

if TYPE_CHECKING:
    from hostkit.rules import Continue

_log: Final = logging.getLogger("hostkit.modules")
_told: Final[set[str | None]] = set()

EVENT_ALLOWED: Final[tuple[bool, JsonDict | None]] = (True, None)
"""The event goes on as it is."""
EVENT_REFUSED: Final[tuple[bool, JsonDict | None]] = (False, None)
"""The event goes no further."""


def read_permission(value: Any) -> Literal[False] | Continue:
    """Refuse for `False`, and go on for `True`.

    Raises:
        TypeError: It is neither.
    """
    if not isinstance(value, bool):
        raise TypeError("neither True nor False")
    return CONTINUE if value else False


def read_event_allowed(value: Any) -> tuple[bool, JsonDict | None] | Replace | Continue:
    """Read whether an event is allowed, and what it is replaced with.

    The first of the pair refuses if it is `False`; anything else allows, and is logged once for a
    module if it is not `True`. A dict as the second replaces the event.

    Raises:
        TypeError: It is no pair, or the dict is no JSON object.
    """
    if not (isinstance(value, tuple | list) and len(value) == 2):  # noqa: PLR2004 -- a pair
        raise TypeError("an answer is a tuple of a bool, and a dict or None")
    allowed, fields = value
    if allowed is False:
        return EVENT_REFUSED
    if isinstance(fields, Mapping):
        # What modules are asked about, and what the caller gets, must not change later on.
        kept = copy_json(fields)
        return Replace(lambda event: ReplacedEvent(event, kept), (True, kept))
    if allowed is not True or fields is not None:
        _tell_once(value)
    return CONTINUE


def _tell_once(value: Any) -> None:
    """Tell a module that its pair, which counts as allowed, says nothing that is known."""
    module = current_module()
    if module not in _told:
        _told.add(module)
        _log.getChild(str(module)).warning(
            "module %s answers check_event_allowed with %s, which counts as allowed; "
            "return (False, None) to refuse, (True, None) or (True, event.get_dict()) to allow",
            module,
            reprlib.repr(value),
        )

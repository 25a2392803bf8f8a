"""Answers about events: refusals, and what a module can replace an event with."""

from __future__ import annotations

import logging
import reprlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from hookspecs.replaced_event import ReplacedEvent
from hookspecs.values import JsonDict, copy_json
from hostkit import CONTINUE, current_module
from hostkit.rules import Replace

if TYPE_CHECKING:
    from hostkit.rules import Continue

EVENT_ALLOWED: Final[tuple[bool, JsonDict | None]] = (True, None)
"""The event goes on unchanged."""
EVENT_REFUSED: Final[tuple[bool, JsonDict | None]] = (False, None)
"""The event goes no further."""

_log: Final = logging.getLogger("hostkit.modules")
# Per process, as every event would repeat the warning.
_reported: Final[set[str | None]] = set()


def read_event_allowed(value: Any) -> tuple[bool, JsonDict | None] | Replace | Continue:
    """Read whether an event is allowed, and what it is replaced with.

    The first of the pair refuses if it is `False`; anything else allows, and is logged once for a
    module if it is not `True`. A dict as the second replaces the event.

    Raises:
        TypeError: It is not a pair, or the dict is not a JSON object.
    """
    if not (isinstance(value, tuple | list) and len(value) == 2):  # noqa: PLR2004 -- a pair
        raise TypeError("an answer is a tuple of a bool, and a dict or None")
    allowed, fields = value
    if allowed is False:
        return EVENT_REFUSED
    if isinstance(fields, Mapping):
        # The module keeps its dict. Neither the event that later modules are asked about nor the
        # caller's result may change with it.
        kept = copy_json(fields)
        return Replace(lambda event: ReplacedEvent(event, kept), (True, kept))
    if allowed is not True or fields is not None:
        _report_once(value)
    return CONTINUE


def _report_once(value: Any) -> None:
    """Log the first pair of each module that counts as allowed but has no defined meaning."""
    module = current_module()
    if module not in _reported:
        _reported.add(module)
        _log.getChild(str(module)).warning(
            "module %s answers check_event_allowed with %s, which counts as allowed; "
            "return (False, None) to refuse, (True, None) or (True, event.get_dict()) to allow",
            module,
            reprlib.repr(value),
        )

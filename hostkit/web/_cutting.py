"""`cut_off`: the end of a drain, and what has held it up."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from hostkit.web._connection import Phase
from hostkit.web._site import TICK_SECONDS
from hostkit.wording import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hostkit.web._channel import HttpChannel
    from hostkit.web._site import HostSite

_MOST_SHOWN: Final = 5
_log: Final = logging.getLogger("hostkit.serve")


def cut_off(sites: Sequence[HostSite], seconds: float, redact: Callable[[str], str]) -> None:
    """Cut all connections, and log which requests were in flight on them, the oldest first.

    Args:
        sites: Whose connections.
        seconds: How long they were waited for.
        redact: Takes secrets out of what clients have asked for.
    """
    busy = [
        (site.seconds() - channel.busy_since + TICK_SECONDS, channel)
        for site in sites
        for channel in site.channels
        if channel.phase is Phase.BUSY
    ]
    busy.sort(key=lambda each: -each[0])
    if busy:
        shown = [_describe(channel, age, redact) for age, channel in busy[:_MOST_SHOWN]]
        if len(busy) > _MOST_SHOWN:
            shown.append(f"and {len(busy) - _MOST_SHOWN} more")
        _log.warning(
            "%d requests took longer than %gs and are cut off: %s",
            len(busy),
            seconds,
            "; ".join(shown),
        )
    for site in sites:
        site.abort()


def _describe(channel: HttpChannel, age: float, redact: Callable[[str], str]) -> str:
    request = channel.requests[-1]
    # Without the query, which may be anything; the path of a hook's call names the hook.
    path = request.uri.partition(b"?")[0].decode("ascii", "backslashreplace")
    asked = clean(f"{request.method.decode('ascii', 'backslashreplace')} {path}", redact)
    module = getattr(request, "module", None)
    by = "" if module is None else f" (module {module!r})"
    return f"{asked}{by} for {age:.0f}s"

"""`Outgoing`: invalidations on their way to the other processes, as many as fit into a message."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, final

import attrs
from twisted.internet.defer import Deferred

from hostkit.caching._invalidation import Invalidation
from hostkit.loops import settle, start_entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hostkit.caching._invalidation import Key
    from hostkit.messages import Messages

KIND: Final = "invalidation"
"""The kind of the messages."""

_MOST_KEYS: Final = 1000
"""How many keys a message has at most; usually they fit, otherwise it is split."""

_MOST_IN_FLIGHT: Final = 8
"""How many messages are on their way at a time, if they are full."""


@final
@attrs.frozen(eq=False)
class _Part:
    """Keys of one function that were invalidated together, and what waits until they are sent.

    Attributes:
        name: The function's name.
        keys: The keys.
        sent: Fires with the error, or `None`. It does not fail, as nothing may wait any more.
    """

    name: str
    keys: Sequence[Key]
    sent: Deferred[OSError | None] = attrs.field(factory=Deferred)


@final
class Outgoing:
    """Sends invalidations: a single one at once, those that come meanwhile together.

    So each is sent as soon as that is possible, and the more there are, the more go into a message.
    Full messages do not wait for each other. What was begun is sent although its caller is
    cancelled.

    Args:
        messages: Carries them.
    """

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        self._waiting: deque[_Part] = deque()
        self._waiting_keys = 0
        self._in_flight = 0

    async def send(self, name: str, keys: Sequence[Key]) -> OSError | None:
        """Notify the other processes, and wait until the channel has taken it.

        Args:
            name: The function's name.
            keys: The keys.

        Returns:
            Why they could not be notified, or perhaps not of all.
        """
        if self._messages.is_alone:
            return None
        starts = range(0, len(keys), _MOST_KEYS)
        parts = [_Part(name, keys[start : start + _MOST_KEYS]) for start in starts]
        self._waiting.extend(parts)
        self._waiting_keys += len(keys)
        self._go_on()
        errors = [await settle(part.sent) for part in parts]
        return next((error for error in errors if error is not None), None)

    def _go_on(self) -> None:
        while self._waiting and (
            not self._in_flight
            or (self._waiting_keys >= _MOST_KEYS and self._in_flight < _MOST_IN_FLIGHT)
        ):
            start_entry(self._work(self._take()))

    async def _work(self, parts: list[_Part]) -> None:
        failed: OSError | None = OSError("the event loop has ended")
        self._in_flight += 1
        try:
            failed = await self._attempt(_merge(parts))
        finally:
            self._in_flight -= 1
            for part in parts:
                part.sent.callback(failed)
            self._go_on()

    def _take(self) -> list[_Part]:
        parts = [self._waiting.popleft()]
        count = len(parts[0].keys)
        while self._waiting and count + len(self._waiting[0].keys) <= _MOST_KEYS:
            parts.append(self._waiting.popleft())
            count += len(parts[-1].keys)
        self._waiting_keys -= count
        return parts

    async def _attempt(self, invalidations: list[Invalidation]) -> OSError | None:
        try:
            await self._send(invalidations)
        except OSError as error:
            return error
        return None

    async def _send(self, invalidations: list[Invalidation]) -> None:
        try:
            await self._messages.send(KIND, [each.to_payload() for each in invalidations])
        except ValueError:  # it is too long for a message
            for half in _halves(invalidations):
                await self._send(half)


def _merge(parts: Iterable[_Part]) -> list[Invalidation]:
    keys: dict[str, list[Any]] = {}
    for part in parts:
        keys.setdefault(part.name, []).extend(part.keys)
    return [Invalidation(name, those) for name, those in keys.items()]


def _halves(invalidations: list[Invalidation]) -> list[list[Invalidation]]:
    """Split what is too long for one message."""
    if len(invalidations) > 1:
        middle = len(invalidations) // 2
        return [invalidations[:middle], invalidations[middle:]]
    (one,) = invalidations
    keys = one.keys or ()
    if len(keys) > 1:
        middle = len(keys) // 2
        return [[Invalidation(one.name, half)] for half in (keys[:middle], keys[middle:])]
    # A single key that is too long; all entries of the function is less, and right.
    return [[Invalidation(one.name, None)]]

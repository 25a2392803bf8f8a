"""`Sampler`: measure some calls of every hook, at no cost to the others."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hostkit.dispatch._chain import Chain
    from hostkit.dispatch._keyed import KeyedChain
    from hostkit.loops import CallLater, Cancellable

INTERVAL_SECONDS: Final = 0.1
"""How long after a measured call the next call of the same hook is measured."""


@final
class Sampler:
    """Measures the first call of each hook, and then the first one in every interval.

    Nothing is scheduled while nothing is called.

    Args:
        chains: The chains to measure, with those of all their keys.
        call_later: The clock.
    """

    def __init__(self, chains: Iterable[Chain | KeyedChain], call_later: CallLater) -> None:
        self._chains = [part for chain in chains for part in chain.parts if part.callbacks]
        self._call_later = call_later
        self._waiting: dict[Chain, Cancellable] = {}

    def start(self) -> None:
        """Have the next call of every hook measured."""
        for chain in self._chains:
            chain.arm(self._opened)

    def stop(self, since: float | None = None) -> None:
        """Measure no more.

        Args:
            since: The time to record for denials from now on, by calls that are still going on.
        """
        for waiting in self._waiting.values():
            waiting.cancel()
        self._waiting.clear()
        for chain in self._chains:
            chain.open_window(since)

    def _opened(self, chain: Chain) -> None:
        try:
            waiting = self._call_later(INTERVAL_SECONDS, self._rearm, chain)
        except RuntimeError:  # the loop it was started in is closed; calls go on without it
            chain.open_window(None)
        else:
            chain.open_window(time.time())
            self._waiting[chain] = waiting

    def _rearm(self, chain: Chain) -> None:
        del self._waiting[chain]
        chain.arm(self._opened)

"""`CountsView`: how much the modules of a host do, and what has become of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from hostkit.background import BackgroundCounts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hostkit.api import HostServices
    from hostkit.background import ThreadCounts
    from hostkit.caching import CacheInfo
    from hostkit.http import HttpCounts
    from hostkit.loading import Module

_NOTHING = BackgroundCounts(0, 0, 0, 0)


class CountsView(ABC):
    """What there is to count in a host that was built."""

    @property
    @abstractmethod
    def modules(self) -> tuple[Module, ...]:
        """The modules that were built, in config order."""

    @property
    @abstractmethod
    def _offered(self) -> HostServices:
        """What its modules share."""

    @property
    def background_counts(self) -> tuple[tuple[str, BackgroundCounts], ...]:
        """How much modules do in the background, by their names; those that have done nothing not.

        The runs of a module that a reload replaces are not counted any more.
        """
        counts = ((module.name, module.background.counts) for module in self.modules)
        return tuple(each for each in counts if each[1] != _NOTHING)

    @property
    def thread_counts(self) -> ThreadCounts:
        """What the threads do that modules have functions called in."""
        return self._offered.threads.counts

    @property
    def cached_functions(self) -> tuple[str, ...]:
        """The names of the cached methods that modules have registered."""
        return self._offered.invalidations.names

    @property
    def cache_infos(self) -> tuple[tuple[str, CacheInfo], ...]:
        """What these methods hold, and what has become of calls, by their names."""
        return self._offered.invalidations.infos

    def count_cache_hits(self, *, on: bool = True) -> None:
        """Have these methods count hits from now on, which takes a little time, or not any more."""
        self._offered.invalidations.count_hits(on=on)

    @property
    def http_counts(self) -> Mapping[str, HttpCounts]:
        """What modules have asked other servers, by the names of those that have."""
        return self._offered.http.counts

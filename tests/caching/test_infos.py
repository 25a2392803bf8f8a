"""What caches say about themselves."""

from __future__ import annotations

from hostkit.api import ModuleApi
from hostkit.caching import Invalidations
from hostkit.testing import build_host, run
from tests.caching.test_invalidations import Counter


def test_what_caches_hold_is_listed_by_name() -> None:
    """With their hits, if these are counted, also of a function that is added later."""
    invalidations, one, other = Invalidations(), Counter(), Counter()
    invalidations.add("names", one.first)
    run(one.first("a"))
    ((name, info),) = invalidations.infos
    assert (name, info.entries, info.misses, info.hits) == ("names/Counter.first", 1, 1, None)
    invalidations.count_hits()
    invalidations.add("others", other.second)
    for counter in (one.first, other.second):
        for _ in range(3):
            run(counter("a"))
    assert [info.hits for _, info in invalidations.infos] == [3, 2]
    invalidations.count_hits(on=False)
    run(one.first("a"))
    assert [info.hits for _, info in invalidations.infos] == [3, 2]


class Counting(Counter):
    """A module that registers its method."""

    def __init__(self, config: object, api: ModuleApi) -> None:
        super().__init__()
        api.register_cached_function(self.first)


def test_a_host_says_it_of_all_its_modules() -> None:
    """And counts their hits if it is asked to."""
    host = build_host([{"module": Counting, "name": "counting"}], categories=[])
    host.count_cache_hits()
    counter: Counting = host.modules[0].instance
    for _ in range(3):
        run(counter.first("a"))
    ((name, info),) = host.cache_infos
    assert (name, info.hits, info.misses) == ("counting/Counter.first", 2, 1)
    host.count_cache_hits(on=False)
    run(counter.first("a"))
    assert host.cache_infos == ((name, info),)

"""`cached`: asynchronous methods whose results are cached, per instance."""

from hostkit.caching._cache import CacheInfo
from hostkit.caching._cached import CachedMethod, cached
from hostkit.caching._function import CachedFunction
from hostkit.caching._invalidations import Invalidations
from hostkit.caching._options import CacheOptions
from hostkit.caching._outgoing import Outgoing

__all__ = [
    "CacheInfo",
    "CacheOptions",
    "CachedFunction",
    "CachedMethod",
    "Invalidations",
    "Outgoing",
    "cached",
]

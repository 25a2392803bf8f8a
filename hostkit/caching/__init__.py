"""`cached`: asynchronous methods that remember their results, per instance."""

from hostkit.caching._cached import cached
from hostkit.caching._cached_function import CachedFunction
from hostkit.caching._cached_method import CachedMethod
from hostkit.caching._invalidations import Channel, Invalidations
from hostkit.caching._redis import RedisChannel

__all__ = [
    "CachedFunction",
    "CachedMethod",
    "Channel",
    "Invalidations",
    "RedisChannel",
    "cached",
]

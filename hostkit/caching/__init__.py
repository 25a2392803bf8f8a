"""`cached`: asynchronous methods that remember their results, per instance."""

from hostkit.caching._cached import cached
from hostkit.caching._cached_function import CachedFunction
from hostkit.caching._cached_method import CachedMethod

__all__ = ["CachedFunction", "CachedMethod", "cached"]

"""The store: values by key, which a module keeps over restarts and in all processes."""

from hostkit.store._statements import NAME, SCHEMA
from hostkit.store._store import ABSENT, Absent, Store, StoreLimits
from hostkit.store._values import LONGEST_KEY, StoreError

__all__ = [
    "ABSENT",
    "LONGEST_KEY",
    "NAME",
    "SCHEMA",
    "Absent",
    "Store",
    "StoreError",
    "StoreLimits",
]

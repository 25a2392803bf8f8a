"""The statements of the store; each is one, which both kinds of databases do as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hostkit.database import Schema

if TYPE_CHECKING:
    from hostkit.database import Transaction

NAME: Final = "hostkit.store"
"""Stands for the store itself where the names of modules stand."""

# By bytes, so that both kinds of databases have one order.
_COLLATIONS: Final = {"sqlite": "BINARY", "postgresql": '"C"'}


def create_store(txn: Transaction) -> None:
    """Make the table."""
    collation = _COLLATIONS[txn.engine]
    txn.execute(
        "CREATE TABLE hostkit_store (module TEXT NOT NULL, "
        f"key TEXT COLLATE {collation} NOT NULL, value TEXT NOT NULL, expires DOUBLE PRECISION, "
        "PRIMARY KEY (module, key))"
    )
    txn.execute("CREATE INDEX hostkit_store_expires ON hostkit_store (expires)")


SCHEMA: Final = Schema(NAME, (create_store,))
"""The schema of the store itself."""

_ALIVE: Final = "(expires IS NULL OR expires > ?)"

GET: Final = f"SELECT value FROM hostkit_store WHERE module = ? AND key = ? AND {_ALIVE}"  # noqa: S608
PUT: Final = """
INSERT INTO hostkit_store (module, key, value, expires) VALUES (?, ?, ?, ?)
ON CONFLICT (module, key) DO UPDATE SET value = excluded.value, expires = excluded.expires
"""
ADD: Final = f"{PUT} WHERE hostkit_store.expires <= ?"
REPLACE: Final = (
    "UPDATE hostkit_store SET value = ?, expires = ? "  # noqa: S608
    f"WHERE module = ? AND key = ? AND value = ? AND {_ALIVE}"
)
REMOVE: Final = f"DELETE FROM hostkit_store WHERE module = ? AND key = ? AND value = ? AND {_ALIVE}"  # noqa: S608
DELETE: Final = f"DELETE FROM hostkit_store WHERE module = ? AND key = ? AND {_ALIVE}"  # noqa: S608
FIND: Final = (
    "SELECT key, value FROM hostkit_store "  # noqa: S608
    f"WHERE module = ? AND key > ? AND key >= ? AND {_ALIVE}"
)
PURGE: Final = """
DELETE FROM hostkit_store WHERE (module, key) IN
(SELECT module, key FROM hostkit_store WHERE expires <= ? LIMIT ?)
"""


_FIRST_HALF: Final = 0xD800
_AFTER_HALVES: Final = 0xE000
_LAST: Final = 0x10FFFF


def after_prefix(prefix: str) -> str | None:
    """Find the first string that comes after all strings with a prefix, in the order of keys.

    Args:
        prefix: The prefix.

    Returns:
        It; `None` if there is none.
    """
    while prefix:
        last = ord(prefix[-1]) + 1
        if last == _FIRST_HALF:
            last = _AFTER_HALVES
        if last <= _LAST:
            return prefix[:-1] + chr(last)
        prefix = prefix[:-1]
    return None

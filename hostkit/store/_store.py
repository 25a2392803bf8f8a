"""`Store`: what a module keeps by key, over restarts and in all processes."""

from __future__ import annotations

import math
import time
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, final

import attrs

from hostkit.codes import Code
from hostkit.database import Mode
from hostkit.store import _statements as sql
from hostkit.store._values import StoreError, check_key, read_value, write_value

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from hostkit.database import Database, Transaction

_PURGE_EVERY: Final = 100
"""After how many writes of a module in this process what has expired is removed."""

_PURGED: Final = 1000
_PAGE: Final = 500
_DEFAULT_BYTES: Final = 64 * 1024


@final
class Absent(Enum):
    """Stands for no value where one may be `None`."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return self.name


ABSENT: Final = Absent.ABSENT
"""Stands for no value, in `Store.compare_and_set`."""


@final
@attrs.frozen
class StoreLimits:
    """What the stores of all modules of a host go by.

    Attributes:
        value_bytes: How large a value may be, as JSON.
        now: The time, in seconds since 1970, or that of a test's clock.
    """

    value_bytes: int = _DEFAULT_BYTES
    now: Callable[[], float] = time.time


@final
class Store:
    """A module's values by key, in the database of its host.

    They are kept over restarts and shared by all processes; other modules have stores of their own.
    Each write is done as a whole or not at all. All methods raise `DatabaseUnavailable` if the
    database cannot be reached, and `StoreError` for what cannot be stored.

    Args:
        database: The module's way to the database.
        limits: What it goes by.
    """

    def __init__(self, database: Database, limits: StoreLimits) -> None:
        database.need(sql.SCHEMA)
        self._database = database
        self._limits = limits
        self._module = database.schema.module
        self._writes = 0

    async def get(self, key: str, default: Any = None) -> Any:
        """Return a value.

        Args:
            key: Its key.
            default: What is returned if there is none.
        """
        text = await self._read(check_key(key))
        return default if text is None else read_value(text)

    async def put(self, key: str, value: Any, *, ttl: float | timedelta | None = None) -> None:
        """Store a value, in place of another one if there is one.

        Args:
            key: Its key, of 1 to 500 characters.
            value: What JSON can hold: strings, finite numbers, booleans, `None`, lists, and dicts
                with strings as keys.
            ttl: After how many seconds it is gone; `None`: never.

        Raises:
            StoreError: The key or the value cannot be stored (HK520), or is too large (HK521).
        """
        text = write_value(check_key(key), value, self._limits.value_bytes)
        await self._write("put", sql.PUT, self._module, key, text, self._expiry(ttl))

    async def delete(self, key: str) -> bool:
        """Remove a value.

        Args:
            key: Its key.

        Returns:
            Whether there was one.
        """
        count = await self._write("delete", sql.DELETE, self._module, check_key(key), self._now())
        return count > 0

    async def compare_and_set(
        self,
        key: str,
        expected: Any,
        value: Any,
        *,
        ttl: float | timedelta | None = None,
    ) -> bool:
        """Store a value if the one that is there is the expected one, in one step.

        Args:
            key: Its key.
            expected: What must be there; `ABSENT`: nothing.
            value: What is stored then; `ABSENT`: it is removed.
            ttl: After how many seconds it is gone; `None`: never.

        Returns:
            Whether it was stored. If not, another process was quicker: read it again.

        Raises:
            StoreError: The key or a value cannot be stored (HK520), or is too large (HK521).
        """
        check_key(key)
        now, expiry = self._now(), self._expiry(ttl)
        before, after = self._text(key, expected), self._text(key, value)
        what = "compare and set"
        if before is None and after is None:
            return await self._read(key) is None
        if before is None:
            return await self._write(what, sql.ADD, self._module, key, after, expiry, now) > 0
        if after is None:
            return await self._write(what, sql.REMOVE, self._module, key, before, now) > 0
        given = (after, expiry, self._module, key, before, now)
        return await self._write(what, sql.REPLACE, *given) > 0

    async def items(self, prefix: str = "") -> AsyncIterator[tuple[str, Any]]:
        """Go through the values whose keys begin with a prefix, in the order of the keys.

        They are read in portions, so what is written meanwhile may be among them or not.

        Args:
            prefix: What the keys begin with; by default all keys.

        Yields:
            Each key with its value.
        """
        last, end = "", sql.after_prefix(check_key(prefix, shortest=0))
        while True:
            page: list[tuple[str, str]] = await self._run(
                "items", _find, Mode.READ_ONE, self._module, last, prefix, self._now(), end
            )
            for key, text in page:
                yield key, read_value(text)
            if len(page) < _PAGE:
                return
            last = page[-1][0]

    def _now(self) -> float:
        return self._limits.now()

    def _expiry(self, ttl: float | timedelta | None) -> float | None:
        if ttl is None:
            return None
        seconds: Any = ttl.total_seconds() if isinstance(ttl, timedelta) else ttl
        is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
        if not is_number or not math.isfinite(seconds) or seconds <= 0:
            raise StoreError(
                Code.NOT_STORABLE,
                f"a value cannot be kept for {ttl!r}",
                expected="a number of seconds greater than zero, a timedelta, or None",
            )
        return self._now() + float(seconds)

    def _text(self, key: str, value: Any) -> str | None:
        return None if value is ABSENT else write_value(key, value, self._limits.value_bytes)

    async def _read(self, key: str) -> str | None:
        given = (self._module, key, self._now())
        text: str | None = await self._run("get", _get, Mode.READ_ONE, *given)
        return text

    async def _write(self, what: str, statement: str, *parameters: Any) -> int:
        self._writes += 1
        if self._writes % _PURGE_EVERY == 0:
            given = (sql.PURGE, self._now(), _PURGED)
            await self._run("remove what has expired", _change, Mode.WRITE_ONE, *given)
        count: int = await self._run(what, _change, Mode.WRITE_ONE, statement, *parameters)
        return count

    async def _run(self, what: str, function: Callable[..., Any], mode: Mode, *args: Any) -> Any:
        return await self._database.run(
            self._database.job(f"store: {what}", function, *args, mode=mode)
        )


def _get(txn: Transaction, *parameters: Any) -> str | None:
    row = txn.execute(sql.GET, parameters).fetchone()
    return None if row is None else row[0]


def _change(txn: Transaction, statement: str, *parameters: Any) -> int:
    return txn.execute(statement, parameters).rowcount


def _find(
    txn: Transaction, module: str, last: str, prefix: str, now: float, end: str | None
) -> list[tuple[Any, ...]]:
    before = "" if end is None else " AND key < ?"
    bounds = () if end is None else (end,)
    statement = f"{sql.FIND}{before} ORDER BY key LIMIT {_PAGE}"
    return txn.execute(statement, (module, last, prefix, now, *bounds)).fetchall()

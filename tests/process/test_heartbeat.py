"""An event loop that is blocked."""

from __future__ import annotations

import signal
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from twisted.internet.task import Clock

from hostkit.dispatch import call_for
from hostkit.process.heartbeat import Heartbeat
from tests.cli.servers import serving, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.files import Write


def test_a_loop_that_beats_is_not_blocked(caplog: pytest.LogCaptureFixture) -> None:
    """However long it runs; nothing is left of it in the end."""
    clock = Clock()
    heartbeat = Heartbeat(clock, clock.seconds)
    heartbeat.begin()
    for _ in range(100):
        clock.advance(1)
        heartbeat.look()
    heartbeat.end()
    clock.advance(1)
    assert (caplog.messages, clock.calls) == ([], [])


def test_what_blocks_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """In the module's log, with the line of its code; after 5 seconds, and again and again."""
    now = [0.0]
    heartbeat = Heartbeat(Clock(), lambda: now[0])

    def block() -> None:
        for now[0] in (4, 5, 6, 9, 10, 19, 20, 40, 80, 139, 140):
            heartbeat.look()

    coroutine = call_for("words", block)
    with suppress(StopIteration):
        coroutine.send(None)
    line = block.__code__.co_firstlineno + 2
    assert caplog.messages == [
        f"module 'words' has blocked the event loop for {seconds}s ({__file__}:{line} in block)"
        for seconds in (5, 10, 20, 40, 80, 140)
    ]
    assert {record.name for record in caplog.records} == {"hostkit.modules.words"}


def test_it_begins_anew_after_a_beat(caplog: pytest.LogCaptureFixture) -> None:
    """What blocks may belong to no module."""
    now = [0.0]
    clock = Clock()
    heartbeat = Heartbeat(clock, lambda: now[0])
    heartbeat.begin()
    for now[0] in (6, 7):
        heartbeat.look()
    clock.advance(1)
    for now[0] in (8, 13):
        heartbeat.look()
    heartbeat.end()
    assert [message[:43] for message in caplog.messages] == [
        f"something has blocked the event loop for {seconds}s" for seconds in (6, 6)
    ]


def test_the_thread_looks_at_the_main_thread(caplog: pytest.LogCaptureFixture) -> None:
    """From outside, since the loop itself cannot."""
    logged = threading.Event()
    now = [0.0]

    def seconds() -> float:
        now[0] += 10
        if now[0] > 40:
            logged.set()
        return now[0]

    heartbeat = Heartbeat(Clock(), seconds)
    heartbeat.begin()
    assert logged.wait(60)
    heartbeat.end()
    assert f"s ({__file__}:" in caplog.messages[0]


BLOCKING = """
import time

class Blocking:
    def __init__(self, config, api):
        pass

    async def start(self):
        time.sleep(1000)
"""


def test_a_start_that_blocks_is_in_the_log(tmp_path: Path, write: Write) -> None:
    """Although the server can do nothing any more."""
    (tmp_path / "blocking.py").write_text(BLOCKING)
    file = write(
        "modules: [{module: blocking.Blocking, name: words}]\nhostkit:\n  categories: []\n"
        '  listeners: [{endpoint: "tcp:0:interface=127.0.0.1"}]\n'
    )
    with serving(file) as process:
        line = wait_for(process, "blocked")
        assert "module 'words' has blocked the event loop for " in line
        assert "blocking.py:9 in start)" in line
        process.send_signal(signal.SIGTERM)

"""Four processes and a real server, all of which fail: nothing is stale 2 s after a repair.

The processes read, write and invalidate all the time, and log what they see; what they have logged
is checked at the end.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.messages.servers import Place, place

from . import stale_worker
from .staleness import RIGHT_WITHIN_SECONDS, Event, Fault, Log

__all__ = ["place"]

WORKERS = 4


class Worker:
    """One of the processes."""

    def __init__(self, place: Place, folder: Path, number: int, how: str) -> None:
        self._log = folder / f"{number}-{time.monotonic()}.log"
        program = [sys.executable, "-m", stale_worker.__name__]
        arguments = [place.url, str(folder / "versions"), str(self._log), how]
        self.process = subprocess.Popen(
            [*program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def wait(self) -> None:
        """Wait until it works."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def end(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.communicate(timeout=30)


class Cluster:
    """The processes and their server.

    Args:
        place: The server.
        folder: Where they keep the database, and their logs.
        how: ``broken`` if the processes lose messages and do not notice it.
    """

    def __init__(self, place: Place, folder: Path, how: str = "") -> None:
        self._place = place
        self._folder = folder
        self._how = how
        self.faults: list[Fault] = []
        stale_worker.Versions.create(folder / "versions")
        self.workers = [Worker(place, folder, number, how) for number in range(WORKERS)]
        for each in self.workers:
            each.wait()

    def suffer(self, fault: Callable[[], None]) -> None:
        """Let something happen, note its time, and wait until what follows it can be checked."""
        began = time.monotonic()
        fault()
        self.faults.append(Fault(began, time.monotonic()))
        time.sleep(RIGHT_WITHIN_SECONDS + 1)

    def lose_the_server(self) -> None:
        self._place.signal(signal.SIGKILL)
        self._place.stop()
        time.sleep(1)
        self._place.start()

    def lose_a_worker(self) -> None:
        """It is killed in the middle of something, and another takes its place."""
        self.workers[0].process.kill()
        self.workers[0].process.communicate()
        self.workers[0] = Worker(self._place, self._folder, 0, self._how)
        self.workers[0].wait()

    def stop_a_worker(self) -> None:
        self.workers[1].process.send_signal(signal.SIGSTOP)
        time.sleep(3)
        self.workers[1].process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        for each in self.workers:
            each.end()

    def log(self) -> Log:
        """What all processes have logged, those that were killed included."""
        return Log.parse(
            line
            for path in sorted(self._folder.glob("*.log"))
            for line in path.read_text().splitlines(keepends=True)
        )


@pytest.mark.hardening
def test_nothing_is_stale_after_any_repair(place: Place, tmp_path: Path) -> None:
    """For 20 seconds: of the server, of connections, and of processes."""
    with ExitStack() as stack:
        cluster = Cluster(place, tmp_path)
        stack.callback(cluster.end)
        for fault in (
            place.kill_clients,
            cluster.lose_the_server,
            cluster.lose_a_worker,
            cluster.stop_a_worker,
            place.kill_clients,
        ):
            cluster.suffer(fault)
    log = cluster.log()
    checked = log.checked(cluster.faults)
    for fault_at in cluster.faults:  # each is followed by reads that count
        after = fault_at.repaired + RIGHT_WITHIN_SECONDS
        assert sum(after < each.at < after + 1 for each in checked) > 50
    assert (log.stale(cluster.faults), len(log.acknowledged) > 100) == ([], True)


@pytest.mark.hardening
def test_a_bus_that_loses_messages_is_noticed(place: Place, tmp_path: Path) -> None:
    """Otherwise the test above would prove nothing."""
    with ExitStack() as stack:
        cluster = Cluster(place, tmp_path, "broken")
        stack.callback(cluster.end)
        time.sleep(6)
    assert cluster.log().stale([]) != []


def log_of(*lines: str) -> Log:
    return Log.parse(f"{line}\n" for line in lines)


def test_a_read_is_stale_two_seconds_after_an_acknowledgement() -> None:
    """Not before, and not if it is of a newer version; other keys do not matter."""
    log = log_of(
        "acknowledged 10 1 5",
        "acknowledged 10.5 1 4",  # which had waited longer
        "read 9 1 4",
        "read 11.9 1 4",
        "read 12.1 1 4",
        "read 13 1 5",
        "read 14 1 6",
        "read 14 2 0",
    )
    assert log.stale([]) == [Event(12.1, 1, 4)]


def test_a_fault_excuses_reads_until_two_seconds_after_its_repair() -> None:
    """And none before or after that."""
    log = log_of("acknowledged 10 1 5", *(f"read {at} 1 4" for at in (13, 15, 18, 21.9, 22.1)))
    assert [each.at for each in log.stale([Fault(14, 20)])] == [13, 22.1]
    assert [each.at for each in log.checked([Fault(14, 20)])] == [13, 22.1]


def test_a_line_that_was_cut_off_is_left_out() -> None:
    """Its process was killed while it wrote."""
    assert Log.parse(["read 1 2 3\n", "read 2 2 31"]).reads == [Event(1, 2, 3)]

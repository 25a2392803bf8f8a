"""Two workers beside one, on the cores that there are, and what a reload and a restart cost them.

``workers.py [ROUNDS [SECONDS]]``. The load generator has no core of its own: two workers on two
cores can at most do what is left. Rounds alternate, so that what else the machine does disturbs
both; the ratio is the median of those of single rounds. It ends with 1 if that is less than it must
be, or if a request got no answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import load
from web import CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 5
SECONDS = 3
LEAST_RATIO = 1.6
KEYS = 200_000
LEAST_KEYS = 100_000


@contextlib.contextmanager
def serving(folder: Path, workers: int | None) -> Iterator[tuple[load.Served, Path]]:
    """Run a server with some workers, or without a supervisor; give it with its config file."""
    port = load.free_port()
    path, log = folder / f"{workers}.yaml", folder / f"{workers}.log"
    text = CONFIG.format(port=port)
    text = text.replace(
        "hostkit:\n", f"  - module: greeter.Forgetful\nhostkit:\n  pid_file: {workers}.pid\n"
    )
    path.write_text(text)
    options = [] if workers is None else ["--workers", str(workers)]
    command = ["-m", "hostkit", "serve", *options, str(path)]
    with load.running(command, port, log) as server:
        os.sched_setaffinity(server.process.pid, range(os.cpu_count() or 1))
        while workers is not None and log.read_text().count(" serves, process") < workers:
            pass
        free_all(server.process.pid)
        yield server, path
        server.process.terminate()
        server.process.wait()


def free_all(supervisor: int) -> None:
    """Let all processes of a server run on all cores."""
    for number in (supervisor, *children(supervisor)):
        os.sched_setaffinity(number, range(os.cpu_count() or 1))


def children(number: int) -> list[int]:
    """Find the children of a process."""
    text = Path(f"/proc/{number}/task/{number}/children").read_text()
    return [int(each) for each in text.split()]


def press(server: load.Served, seconds: int) -> load.Slice:
    """Load a server; how long its processes worked is not measured."""
    done = subprocess.run(
        [*("wrk", "-t1", f"-c{load.CONNECTIONS}"), f"-d{seconds}s", address(server)],
        capture_output=True,
        text=True,
        check=True,
    )
    return load.read_slice(done.stdout, 1)


def address(server: load.Served) -> str:
    """Where a server is asked."""
    return f"http://{load.HOST}:{server.port}/hello"


def compare(folder: Path, rounds: int, seconds: int) -> bool:
    """Compare two workers with one; return whether that is as it must be."""
    with serving(folder, 1) as (one, _), serving(folder, 2) as (two, _):
        ratios = []
        for number in range(rounds):
            slices = [press(server, seconds) for server in (one, two)]
            ratio = slices[1].requests / slices[0].requests
            ratios.append(ratio)
            rates = [f"{each.requests / seconds:8.0f}/s" for each in slices]
            print(f"round {number + 1}: one worker {rates[0]}, two {rates[1]}: {ratio:.2f}x")
        found = statistics.median(ratios)
        print(f"two workers: {found:.2f}x (at least {LEAST_RATIO}x)")
        return found >= LEAST_RATIO


def ask(server: load.Served, path: str) -> dict[str, int]:
    """Ask on a connection of its own."""
    url = f"http://{load.HOST}:{server.port}{path}"
    with urllib.request.urlopen(url, timeout=60) as answer:
        found: dict[str, int] = json.load(answer)
        return found


def forget(folder: Path) -> bool:
    """Invalidate many keys in one worker until the other has dropped them; is it fast enough?"""
    with serving(folder, 2) as (server, _):
        numbers: dict[int, int] = {}
        while len(numbers) < 2:
            found = ask(server, "/find")
            numbers[found["process"]] = found["number"]
        began = time.perf_counter()
        ask(server, f"/forget?count={KEYS}")
        changed: set[int] = set()
        while len(changed) < 2:
            found = ask(server, "/find")
            if found["number"] != numbers[found["process"]]:
                changed.add(found["process"])
        rate = KEYS / (time.perf_counter() - began)
        print(f"{KEYS} keys invalidated in two workers: {rate:.0f}/s (at least {LEAST_KEYS}/s)")
        return rate >= LEAST_KEYS


@attrs.frozen
class Change:
    """What is done to a server under load."""

    name: str
    command: str
    count: int


def change_under_load(folder: Path) -> bool:
    """Reload and restart two workers under load; return whether no request was lost."""
    is_fine = True
    with serving(folder, 2) as (server, path):
        for change in (Change("reloads", "reload", 20), Change("restarts", "restart", 3)):
            wrk = subprocess.Popen(
                ["wrk", "-t1", f"-c{load.CONNECTIONS}", "-d600s", address(server)],
                stdout=subprocess.PIPE,
                text=True,
            )
            for number in range(change.count):
                text = path.read_text().partition("# ")[0]
                path.write_text(f"{text}# {number}\n")
                hostkit = [sys.executable, "-m", "hostkit", change.command, str(path)]
                subprocess.run(hostkit, check=True, capture_output=True)
            wrk.send_signal(2)
            found = load.read_slice(wrk.communicate()[0], 1)
            print(f"{change.count} {change.name}: {found.failed} of {found.requests} were lost")
            is_fine = is_fine and not found.failed and not found.refused
    return is_fine


def main() -> None:
    """Measure, and end with 1 if something is not as it must be."""
    load.require_wrk()
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    with tempfile.TemporaryDirectory() as folder:
        is_fast = compare(Path(folder), rounds, seconds)
        is_quick = forget(Path(folder))
        is_safe = change_under_load(Path(folder))
    sys.exit(not (is_fast and is_quick and is_safe))


if __name__ == "__main__":
    main()

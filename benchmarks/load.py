"""Servers in processes of their own, and the load that `wrk` puts on them; Linux only."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HERE = Path(__file__).parent
HOST = "127.0.0.1"
CONNECTIONS = 50
MOST_SECONDS_TO_START = 20
_FAILED = re.compile(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)")


@attrs.frozen
class Slice:
    """What came of some seconds of load.

    Attributes:
        requests: How many requests were answered.
        cpu_seconds: How long the server worked for them.
        refused: How many answers were errors (4xx, 5xx).
        failed: How many requests had no answer: not connected, cut off, or timed out.
    """

    requests: int
    cpu_seconds: float
    refused: int
    failed: int

    @property
    def per_cpu_second(self) -> float:
        """How many requests the server answers in a second of its own time."""
        return self.requests / self.cpu_seconds


@attrs.frozen
class Served:
    """A server that is running.

    Attributes:
        process: Its process.
        port: Where it listens.
    """

    process: subprocess.Popen[str]
    port: int

    @property
    def cpu_seconds(self) -> float:
        """How long all its threads have worked."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


@attrs.frozen
class Target:
    """What is asked of a server.

    Attributes:
        served: The server.
        path: What is asked for.
        script: A script for `wrk`, if it is not just GET.
    """

    served: Served
    path: str
    script: Path | None = None


def require_wrk() -> None:
    """End with an explanation where the load cannot be made or measured."""
    if not hasattr(os, "sched_setaffinity") or not Path("/proc/self/schedstat").exists():
        sys.exit("this benchmark needs Linux: it pins processes and reads how long they worked")
    if shutil.which("wrk") is None:
        sys.exit("this benchmark needs wrk: apt-get install wrk (https://github.com/wg/wrk)")


def pin_apart() -> None:
    """Keep this process, and the `wrk` that it starts, off the core that servers have."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, cores[1:])
    else:
        print("there is one core only: the load disturbs the servers, trust no absolute number")


def free_port() -> int:
    """Find a port that is free."""
    with socket.socket() as finder:
        finder.bind((HOST, 0))
        port: int = finder.getsockname()[1]
        return port


@contextlib.contextmanager
def running(command: Sequence[str], port: int, log: Path) -> Iterator[Served]:
    """Run a server on the first core, until the block ends.

    Args:
        command: Arguments for Python.
        port: Where it will listen.
        log: Takes what it prints.
    """
    paths = [str(HERE), str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    with (
        log.open("w") as output,
        subprocess.Popen(
            [sys.executable, *command], env=environment, text=True, stdout=output, stderr=output
        ) as process,
    ):
        os.sched_setaffinity(process.pid, {0})
        try:
            _wait_for(process, port, log)
            yield Served(process, port)
        finally:
            if process.poll() is None:
                process.kill()


def press(target: Target, seconds: float) -> Slice:
    """Load a server for some seconds, from as many connections as it is fast for."""
    url = f"http://{HOST}:{target.served.port}{target.path}"
    script = () if target.script is None else ("-s", str(target.script))
    before = target.served.cpu_seconds
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *script, url],
        capture_output=True,
        text=True,
        check=True,
    )
    return read_slice(done.stdout, target.served.cpu_seconds - before)


def read_slice(printed: str, cpu_seconds: float) -> Slice:
    """Read what `wrk` has printed."""
    requests = re.search(r"(\d+) requests in", printed)
    if requests is None:
        raise ValueError(f"wrk printed something else than expected: {printed}")
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", printed)
    failed = _FAILED.search(printed)
    return Slice(
        int(requests[1]),
        cpu_seconds,
        int(refused[1]) if refused else 0,
        sum(map(int, failed.groups())) if failed else 0,
    )


def _wait_for(process: subprocess.Popen[str], port: int, log: Path) -> None:
    for _ in range(MOST_SECONDS_TO_START * 20):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/hello", timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit(f"a server did not start: {process.args!r}\n{log.read_text()}")

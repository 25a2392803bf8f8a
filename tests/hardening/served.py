"""Servers in processes of their own, with few descriptors, and what they take; Linux only."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from tests.hardening.shop import FILE_BYTES
from tests.web.certificates import make_certificate

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
MOST_FILES = 1024
MOST_MEMORY = 2 * 1024**3
"""So that an attack that succeeds ends the server, and not the machine."""
MOST_REQUESTS = 100
MOST_SECONDS_TO_START = 30

TOKEN = "a-token-of-many-characters"
CONFIG = """\
modules:
  - {{module: tests.hardening.shop.Doorkeeper, config: {{}}}}
  - {{module: tests.hardening.shop.Sleeper, config: {{}}, timeout: 500ms}}
  - {{module: tests.hardening.shop.Pages, config: {{file: {file}}}}}
hostkit:
  categories: [tests.hardening.shop.Doors]
  drain: 2s
  listeners:
    - endpoint: "tcp:0:interface=127.0.0.1"
      serve: [modules, hooks, health]
      limits: {{requests: {requests}, connections_per_address: 100}}
    - endpoint: "tcp:0:interface=127.0.0.1"
      serve: [hooks]
      token: !env SHOP_TOKEN
      limits: {{requests: {requests}, connections_per_address: 100}}
    - endpoint: "ssl:0:privateKey=x.key:certKey=x.crt:interface=127.0.0.1"
      limits: {{requests: {requests}, connections_per_address: 100}}
"""
_LISTENING = re.compile(r"listening on https?://127\.0\.0\.1:(\d+)/")


@attrs.frozen
class Served:
    """A server that is running.

    Attributes:
        process: Its process.
        ports: Where it listens: without anything, with a token, with TLS.
        log: What it has written.
    """

    process: subprocess.Popen[str]
    ports: tuple[int, int, int]
    log: Path

    @property
    def descriptors(self) -> int:
        """How many files and connections it has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    @property
    def resident_bytes(self) -> int:
        """How much memory it has now."""
        return self._memory("VmRSS")

    @property
    def most_resident_bytes(self) -> int:
        """How much memory it has had at most."""
        return self._memory("VmHWM")

    @property
    def cpu_seconds(self) -> float:
        """How long it has worked."""
        numbers = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")

    def _memory(self, name: str) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE)
        assert found is not None, "the server has ended"
        return int(found[1]) * 1024


@contextmanager
def serving_shop(reactor: str, folder: Path) -> Iterator[Served]:
    """Run `hostkit serve`, with the limits that servers have by default but for few places.

    Args:
        reactor: Its reactor.
        folder: Where its files are written.
    """
    large = folder / "large.bin"
    if not large.exists():
        large.write_bytes(bytes(FILE_BYTES))
    make_certificate(folder)
    config = folder / "shop.yaml"
    config.write_text(CONFIG.format(file=large, requests=MOST_REQUESTS))
    command = ["-m", "hostkit", "serve", "--reactor", reactor, str(config)]
    with _running(command, folder / f"hostkit-{reactor}.log", 3) as served:
        yield served


@contextmanager
def serving_other(kind: str, folder: Path) -> Iterator[Served]:
    """Run a server that is not hostkit's; see `tests.hardening.others`."""
    with _running(["-m", "tests.hardening.others", kind], folder / f"{kind}.log", 1) as served:
        yield served


@contextmanager
def _running(command: list[str], log: Path, listeners: int) -> Iterator[Served]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SHOP_TOKEN": TOKEN}
    with (
        log.open("w") as output,
        subprocess.Popen(
            [sys.executable, *command],
            env=environment,
            stdout=output,
            stderr=output,
            text=True,
            preexec_fn=_limit,  # noqa: PLW1509 -- no other thread has a lock that the child needs
        ) as process,
    ):
        try:
            ports = _wait_for_ports(process, log, listeners)
            yield Served(process, (ports[0], ports[len(ports) // 2], ports[-1]), log)
        finally:
            if process.poll() is None:
                process.kill()


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_FILES, MOST_FILES))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def _wait_for_ports(process: subprocess.Popen[str], log: Path, count: int) -> tuple[int, ...]:
    deadline = time.monotonic() + MOST_SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        ports = tuple(int(port) for port in _LISTENING.findall(log.read_text()))
        if len(ports) == count:
            return ports
        time.sleep(0.02)
    raise AssertionError(f"the server does not listen:\n{log.read_text()}")

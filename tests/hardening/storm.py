"""A server that is reloaded, stopped and started again and again while clients ask."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from tests.hardening.served import HOST, ROOT, TOKEN
from tests.hardening.ways import Way, free_port
from tests.web.certificates import make_certificate

BACKLOG = 128
MOST_SECONDS = 60

# What systemd does: the sockets are the descriptors from 3 on, and the process knows its number.
LAUNCH = """\
import fcntl, os, sys
count = int(sys.argv[1])
copies = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 100) for number in sys.argv[2:2 + count]]
for number, copy in enumerate(copies, 3):
    os.dup2(copy, number)
    os.close(copy)
os.environ["LISTEN_FDS"], os.environ["LISTEN_PID"] = str(count), str(os.getpid())
os.environ["LISTEN_FDNAMES"] = ":".join(["shop.socket"] * count)
os.execv(sys.executable, [sys.executable, *sys.argv[2 + count:]])
"""

CONFIG = """\
modules:
  - {{module: tests.hardening.shop.Doorkeeper, name: keeper-{letter}, config: {{number: {number}}}}}
  - {{module: tests.hardening.shop.Pages, config: {{file: shop.yaml}}}}
  - {{module: tests.hardening.shop.Number, config: {{number: {number}}}}}
hostkit:
  categories: [tests.hardening.shop.Doors]
  listeners:
    - {{endpoint: "tcp:{tcp}:interface=127.0.0.1", {rest}}}
    - {{endpoint: "ssl:{tls}:privateKey=x.key:certKey=x.crt:interface=127.0.0.1", {rest}}}
    - {{endpoint: "unix:own.sock", {rest}}}
    - {{endpoint: "systemd:domain=INET:index=0", {rest}}}
    - {{endpoint: "systemd:domain=UNIX:index=1", {rest}}}
"""
REST = "serve: [modules, hooks], token: !env SHOP_TOKEN, limits: {{idle: {idle}s}}"
MORE = """\
    - {endpoint: "tcp:0:interface=127.0.0.1", serve: [health]}
"""
BROKEN = (
    ("config: {number", "config: [{number"),
    ("shop.Number", "shop.Nobody"),
    ("shop.Number", "shop.Unwilling"),
    ('"tcp:0:interface=127.0.0.1"', '"tcp:0:interface=192.0.2.1"'),
)
"""Not YAML, a module that is not there, one that does not start, and where nothing can listen."""


@attrs.frozen
class Place:
    """Where a server is: its folder, and the ways into it.

    Attributes:
        folder: It has the config file, the log, certificates and sockets.
        ways: All of them.
        kept: The sockets that stay open.
    """

    folder: Path
    ways: tuple[Way, ...]
    kept: tuple[socket.socket, ...]

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self.folder / "log"

    def write(self, number: int) -> None:
        """Write a config file; the modules and listeners of each number differ from the last's."""
        self._replace(self._text(number) + MORE * (number % 3 == 0))

    def write_broken(self, number: int) -> None:
        """Write a file that cannot be used, for one reason or another."""
        right, wrong = BROKEN[number % len(BROKEN)]
        self._replace((self._text(number) + MORE).replace(right, wrong))

    def _text(self, number: int) -> str:
        return CONFIG.format(
            letter="ab"[number % 2],
            number=number,
            tcp=self.ways[0].place,
            tls=self.ways[1].place,
            rest=REST.format(idle=60 + number % 2),
        )

    def _replace(self, text: str) -> None:
        new = self.folder / "new.yaml"
        new.write_text(text)
        new.replace(self.folder / "shop.yaml")

    @contextmanager
    def serving(self, reactor: str) -> Iterator[subprocess.Popen[str]]:
        """Run `hostkit serve`."""
        numbers = [one.fileno() for one in self.kept]
        launch = ["-S", "-c", LAUNCH, str(len(numbers)), *map(str, numbers)]
        serve = ["-m", "hostkit", "serve", "--reactor", reactor, str(self.folder / "shop.yaml")]
        with (
            self.log.open("w") as output,
            subprocess.Popen(
                [sys.executable, *launch, *serve],
                env={**os.environ, "PYTHONPATH": str(ROOT), "SHOP_TOKEN": TOKEN},
                stdout=output,
                stderr=output,
                text=True,
                pass_fds=numbers,
            ) as process,
        ):
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()

    async def wait_for(self, process: subprocess.Popen[str], line: str, times: int) -> None:
        """Wait until the log has a line so often."""
        async with asyncio.timeout(MOST_SECONDS):
            while self.log.read_text().count(line) < times:
                assert process.poll() is None, self.log.read_text()
                await asyncio.sleep(0.01)


@contextmanager
def place() -> Iterator[Place]:
    """Make a folder, with a certificate, and open the sockets that systemd would."""
    # pytest's own folders have names that are too long for sockets.
    with tempfile.TemporaryDirectory(prefix="storm") as name, socket.socket() as inet:
        folder = Path(name)
        _, certificate = make_certificate(folder)
        inet.bind((HOST, 0))
        inet.listen(BACKLOG)
        with socket.socket(socket.AF_UNIX) as unix:
            unix.bind(str(folder / "kept.sock"))
            unix.listen(BACKLOG)
            ways = (
                Way("tcp", free_port()),
                Way("tls", free_port(), ssl.create_default_context(cafile=str(certificate))),
                Way("unix", folder / "own.sock"),
                Way("systemd", inet.getsockname()[1], is_kept=True),
                Way("systemd, unix", folder / "kept.sock", is_kept=True),
            )
            yield Place(folder, ways, (inet, unix))

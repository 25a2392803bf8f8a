"""Run `hostkit serve` as a program of its own."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
LIMIT_SECONDS = 60


@contextmanager
def serving(file: str, *options: str, before: str = "") -> Iterator[subprocess.Popen[str]]:
    """Run `hostkit serve`, with modules of these tests or from the folder of the file.

    A process that does not end in time is killed, so no test hangs. What comes before it is code
    that may use the module `resource`.
    """
    places = [str(ROOT), str(Path(file).parent)]
    code = f"import resource; {before}\nfrom hostkit.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "serve", *options, file],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
    ) as process:
        alarm = threading.Timer(LIMIT_SECONDS, process.kill)
        alarm.start()
        try:
            yield process
        finally:
            alarm.cancel()
            process.kill()


@contextmanager
def connected(
    file: str, *options: str, before: str = ""
) -> Iterator[tuple[subprocess.Popen[str], HTTPConnection]]:
    """Run `hostkit serve`, and connect to it when it listens."""
    with serving(file, *options, before=before) as process:
        connection = connect(wait_for(process, "listening on"))
        yield process, connection
        connection.close()


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """Hold a pid file, as a process does that serves."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
        path.unlink(missing_ok=True)


def errors_of(process: subprocess.Popen[str]) -> IO[str]:
    """Give the program's standard error."""
    assert process.stderr is not None
    return process.stderr


def wait_for(process: subprocess.Popen[str], text: str) -> str:
    """Read standard error up to a line that contains a string; give that line."""
    return next(line for line in errors_of(process) if text in line)


def stop(process: subprocess.Popen[str], number: int = signal.SIGTERM, *, code: int = 0) -> str:
    """Stop a program, which must end with this code; give the rest of its standard error."""
    process.send_signal(number)
    rest = errors_of(process).read()
    assert process.wait() == code
    return rest


def run_to_end(file: str, before: str = "") -> tuple[int, str]:
    """Run a program that ends by itself; give its exit code and its standard error."""
    with serving(file, before=before) as process:
        out, err = process.communicate()
    assert out == ""
    return process.returncode, err


def port_of(line: str) -> int:
    """Find the port in a log line."""
    match = re.search(r"https?://127\.0\.0\.1:(\d+)/ for ", line)
    assert match is not None
    return int(match[1])


def connect(line: str) -> HTTPConnection:
    """Connect to the address in a log line, where modules and hooks are served."""
    assert line.endswith("/ for modules, hooks\n")
    return HTTPConnection("127.0.0.1", port_of(line), timeout=LIMIT_SECONDS)

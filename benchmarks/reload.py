"""Reload and stop a server under load: no request may fail, and memory may not grow.

``reload.py [RELOADS [RELOADS_IN_PROCESS]]``. It ends with 1 if anything was noticed.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib.util
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import load
from twisted.internet.testing import MemoryReactorClock
from visitors import Visitors
from web import ASK, CONFIG

from hostkit import Host
from hostkit.loops import enter
from hostkit.web import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

RELOADS = 200
RELOADS_IN_PROCESS = 1000
GOOD_FOR_EACH_BROKEN = 4
STOPS = 5
VISITORS = 60
WARM_UP = 100
MOST_OBJECTS = 50
MOST_BYTES = 2 * 1024 * 1024
MOST_SECONDS = 60
BROKEN = "modules: [{module: greeter.Missing}, {module: [}]"


def config(port: int, number: int) -> str:
    """A config file, whose modules differ from those of every other number."""
    front, back = "ab"[number % 2], "xyz"[number % 3]
    entry = "  - {{module: greeter.Doorkeeper, name: {}, config: {{number: {}}}}}\n"
    more = entry.format(front, number) + entry.format(back, 0)
    return CONFIG.format(port=port).replace("hostkit:\n", f"{more}hostkit:\n")


def replace(path: Path, text: str) -> None:
    """Replace a file atomically."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


@contextlib.contextmanager
def serving(reactor: str, folder: Path) -> Iterator[tuple[load.Served, Path, Path]]:
    """Run `hostkit serve`; give it with its config file and its log."""
    port = load.free_port()
    path, log = folder / "host.yaml", folder / "host.log"
    path.write_text(config(port, 0))
    command = ["-m", "hostkit", "serve", "--reactor", reactor, str(path)]
    with load.running(command, port, log) as server:
        yield server, path, log


def reload_under_load(reactor: str, folder: Path, count: int) -> bool:
    """Reload while clients send requests.

    Returns:
        Whether all were answered.
    """
    script = folder / "ask.lua"
    script.write_text(ASK)
    with serving(reactor, folder) as (server, path, log):
        url = f"http://{load.HOST}:{server.port}"
        command = ["wrk", "-t1", "-c25", "-d3600s"]
        loads = [
            subprocess.Popen([*command, *more], stdout=subprocess.PIPE, text=True)
            for more in (
                [f"{url}/hello"],
                ["-s", str(script), f"{url}/_hostkit/hooks/doors/may_enter"],
            )
        ]
        began = time.monotonic()
        broken = 0
        try:
            for number in range(1, count + 1):
                replace(path, config(server.port, number))
                hang_up(server, log, f"INFO hostkit.serve: reloaded {path}", number)
                if number % GOOD_FOR_EACH_BROKEN == 0:
                    broken += 1
                    replace(path, BROKEN)
                    hang_up(server, log, "ERROR hostkit.serve: not reloaded", broken)
        finally:
            took = time.monotonic() - began
            for one in loads:
                one.send_signal(signal.SIGINT)
            slices = [load.read_slice(one.communicate()[0], took) for one in loads]
    print(f"{reactor}: {count} reloads and {broken} of a broken file in {took:.0f} s: ", end="")
    answered = sum(one.requests for one in slices)
    refused, failed = (sum(getattr(one, name) for one in slices) for name in ("refused", "failed"))
    print(f"{answered} requests answered, {refused} refused, {failed} failed", flush=True)
    return not refused and not failed


def hang_up(server: load.Served, log: Path, line: str, times: int) -> None:
    """Make a server reload, and wait for the line in its log."""
    server.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + MOST_SECONDS
    while log.read_text().count(line) < times:
        if time.monotonic() > deadline or server.process.poll() is not None:
            sys.exit(f"the log does not say {line!r} {times} times:\n{log.read_text()[-3000:]}")
        time.sleep(0.01)


def stop_under_load(reactor: str, folder: Path) -> bool:
    """Stop a server while clients send requests.

    Returns:
        Whether all were answered, and it ended well.
    """
    is_well = True
    answered = 0
    for _ in range(STOPS):
        with serving(reactor, folder) as (server, _, log):
            visitors = Visitors(server.port)
            asyncio.run(_stop_while_asked(server, visitors))
            code = server.process.wait(MOST_SECONDS)
        answered += visitors.answered
        if visitors.unanswered or visitors.refused or code or " ERROR " in log.read_text():
            print(f"exit code {code}, {visitors}\n{log.read_text()[-3000:]}")
            is_well = False
    print(f"{reactor}: stopped {STOPS} times, {answered} requests answered, ", end="")
    print("none lost" if is_well else "SOME LOST", flush=True)
    return is_well


async def _stop_while_asked(server: load.Served, visitors: Visitors) -> None:
    asking = asyncio.create_task(visitors.ask(VISITORS))
    await asyncio.sleep(1)
    server.process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(asking, MOST_SECONDS)


async def memory(folder: Path, count: int) -> bool:
    """Reload a host with a server many times.

    Returns:
        Whether it did not grow.
    """
    path = folder / "memory.yaml"
    path.write_text(config(80, 0))
    host = Host.from_file(path)
    server = Server(host.build(), MemoryReactorClock())
    await enter(server.start())
    try:
        for number in range(1, WARM_UP + count + 1):
            replace(path, config(80, number))
            await enter(server.reload())
            if number == WARM_UP:
                objects, resident = _in_use()
        more_objects, more_bytes = (
            after - before for after, before in zip(_in_use(), (objects, resident), strict=True)
        )
    finally:
        await enter(server.stop())
    print(f"after {count} more reloads: {more_objects:+} objects, {more_bytes / 1024:+.0f} KiB")
    return more_objects <= MOST_OBJECTS and more_bytes <= MOST_BYTES


def _in_use() -> tuple[int, int]:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return len(gc.get_objects()), pages * 4096


def main() -> None:
    """Run all scenarios and print the results."""
    load.require_wrk()
    reloads = int(sys.argv[1]) if len(sys.argv) > 1 else RELOADS
    in_process = int(sys.argv[2]) if len(sys.argv) > 2 else RELOADS_IN_PROCESS
    reactors = ["epoll", "asyncio"]
    if importlib.util.find_spec("uvloop") is not None:
        reactors.append("uvloop")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = [asyncio.run(memory(folder, in_process))]
        load.pin_apart()
        found += [stop_under_load(reactor, folder) for reactor in reactors]
        found += [reload_under_load(reactor, folder, reloads) for reactor in reactors]
    if not all(found):
        sys.exit(1)


if __name__ == "__main__":
    main()

"""Requests per second of a server's own CPU time, compared with Twisted's bare `Site` and others.

``web.py [ROUNDS [SECONDS]]``. The servers run beside each other on one core, and are loaded one
after the other, in random order, from another core with `wrk`; a ratio is that of two neighbours in
one round. Ratios of CPU time bear other programs on the machine better than requests per second do.
"""

from __future__ import annotations

import contextlib
import importlib.util
import random
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROUNDS = 15
SECONDS = 1
BARE = "bare Site (no log, no time-outs)"
DEFAULT = "Site as it is"
RESOURCE = "hostkit: resource of a module"
JSON = "hostkit: JsonResource"
GATEWAY = "hostkit: decision of 3 modules"
FASTAPI = "FastAPI + uvicorn: the same decision"
AIOHTTP = "aiohttp by hand: the same decision"
GATEWAY_PATH = "/_hostkit/hooks/doors/may_enter"
DECISION_PATH = "/decide"
TARGETS = ((RESOURCE, BARE, 0.97), (GATEWAY, BARE, 0.45), (RESOURCE, DEFAULT, 1.3))
DECISION_TARGETS = {"uvloop": {FASTAPI: 1.6, BARE: 0.6}, "asyncio": {FASTAPI: 1.5}}
CONFIG = """\
modules:
  - {{module: greeter.Greeter, config: {{}}}}
  - {{module: greeter.Doorkeeper, name: front, config: {{}}}}
  - {{module: greeter.Doorkeeper, name: back, config: {{}}}}
  - {{module: greeter.Doorkeeper, name: cellar, config: {{}}}}
hostkit:
  categories: [greeter.Doors]
  listeners: [{{endpoint: "tcp:{port}:interface=127.0.0.1", serve: [modules, hooks]}}]
"""
ASK = """\
wrk.method = "POST"
wrk.body = '{"guest": "ann", "door": "front"}'
wrk.headers["Content-Type"] = "application/json"
"""


@contextlib.contextmanager
def served(kind: str, loop: str, folder: Path) -> Iterator[load.Served]:
    """Run one of the servers that are not hostkit's."""
    port = load.free_port()
    command = [str(load.HERE / "others.py"), kind, loop, str(port)]
    with load.running(command, port, folder / f"{kind}-{loop}.log") as server:
        yield server


@contextlib.contextmanager
def hostkit_served(reactor: str, folder: Path) -> Iterator[load.Served]:
    """Run `hostkit serve` as everybody does."""
    port = load.free_port()
    config = folder / f"{reactor}.yaml"
    config.write_text(CONFIG.format(port=port))
    command = ["-m", "hostkit", "serve", "--reactor", reactor, str(config)]
    with load.running(command, port, folder / f"hostkit-{reactor}.log") as server:
        yield server


def compare(
    targets: Mapping[str, load.Target], rounds: int, seconds: float
) -> dict[str, list[float]]:
    """Load all of them, round after round."""
    found: dict[str, list[float]] = {name: [] for name in targets}
    for target in targets.values():
        load.press(target, 1)
    names = list(targets)
    for _ in range(rounds):
        random.shuffle(names)
        for name in names:
            slice_ = load.press(targets[name], seconds)
            if slice_.refused or slice_.failed:
                sys.exit(f"{name} did not answer all requests: {slice_}")
            found[name].append(slice_.per_cpu_second)
    return found


def print_ratios(title: str, found: Mapping[str, list[float]], base: str) -> None:
    """Print medians over the rounds, and how far the middle half of them spreads."""
    print(f"{title:36}{'requests/CPU s':>16}{'ratio':>8}{'middle half':>16}")
    for name, numbers in found.items():
        of_base = ratios(numbers, found[base])
        low, middle, high = statistics.quantiles(of_base, n=4, method="inclusive")
        print(
            f"{name:36}{statistics.median(numbers):16.0f}{middle:8.3f}{low:10.3f}-{high:.3f}",
            flush=True,
        )


def print_verdict(found: Mapping[str, list[float]], name: str, base: str, least: float) -> None:
    """Print whether a ratio is what is promised."""
    ratio = statistics.median(ratios(found[name], found[base]))
    verdict = "reached" if ratio >= least else "MISSED"
    print(f"  {name} / {base}: {ratio:.3f}, at least {least} is promised: {verdict}")


def ratios(numbers: list[float], others: list[float]) -> list[float]:
    """Compare within each round."""
    return [one / other for one, other in zip(numbers, others, strict=True)]


def on_reactor(reactor: str, folder: Path, rounds: int, seconds: float) -> None:
    """Compare hostkit with Twisted's `Site`."""
    script = folder / "ask.lua"
    script.write_text(ASK)
    with contextlib.ExitStack() as stack:
        bare = stack.enter_context(served("bare", reactor, folder))
        default = stack.enter_context(served("default", reactor, folder))
        ours = stack.enter_context(hostkit_served(reactor, folder))
        found = compare(
            {
                BARE: load.Target(bare, "/hello"),
                DEFAULT: load.Target(default, "/hello"),
                RESOURCE: load.Target(ours, "/hello"),
                JSON: load.Target(ours, "/json"),
                GATEWAY: load.Target(ours, GATEWAY_PATH, script),
            },
            rounds,
            seconds,
        )
    print_ratios(f"{reactor} reactor", found, BARE)
    for name, base, least in TARGETS:
        print_verdict(found, name, base, least)
    print()


def beside_others(folder: Path, rounds: int, seconds: float) -> None:
    """Compare with what is not Twisted, as far as it is installed."""
    loops = ["asyncio", *(["uvloop"] if is_installed("uvloop") else [])]
    kinds = [kind for kind in ("aiohttp", "uvicorn") if is_installed(kind)]
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(hostkit_served("epoll", folder))
        targets = {RESOURCE: load.Target(ours, "/hello"), JSON: load.Target(ours, "/json")}
        for kind in kinds:
            for loop in loops:
                server = stack.enter_context(served(kind, loop, folder))
                name = f"{kind}{' + starlette' if kind == 'uvicorn' else ''}, {loop}"
                targets[name] = load.Target(server, "/hello")
        found = compare(targets, rounds, seconds)
    print_ratios("others, beside the epoll reactor", found, RESOURCE)


def decisions(reactor: str, folder: Path, rounds: int, seconds: float) -> None:
    """Compare the gateway's decision with the same one by others, all on one event loop."""
    script = folder / "ask.lua"
    script.write_text(ASK)
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(hostkit_served(reactor, folder))
        bare = stack.enter_context(served("bare", reactor, folder))
        targets = {
            GATEWAY: load.Target(ours, GATEWAY_PATH, script),
            BARE: load.Target(bare, "/hello"),
        }
        for kind, name in (("fastapi", FASTAPI), ("aiohttp", AIOHTTP)):
            if is_installed(kind):
                server = stack.enter_context(served(kind, reactor, folder))
                targets[name] = load.Target(server, DECISION_PATH, script)
        found = compare(targets, rounds, seconds)
    print_ratios(f"decisions, {reactor}", found, GATEWAY)
    for name, least in DECISION_TARGETS[reactor].items():
        if name in found:
            print_verdict(found, GATEWAY, name, least)
    print()


def is_installed(package: str) -> bool:
    """Whether something can be imported."""
    return importlib.util.find_spec(package) is not None


def main() -> None:
    """Measure and print."""
    load.require_wrk()
    load.pin_apart()
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for reactor in ("epoll", "asyncio", "uvloop"):
            if reactor != "uvloop" or is_installed("uvloop"):
                on_reactor(reactor, folder, rounds, seconds)
        for reactor in ("asyncio", "uvloop"):
            if reactor != "uvloop" or is_installed("uvloop"):
                decisions(reactor, folder, rounds, seconds)
        beside_others(folder, rounds, seconds)


if __name__ == "__main__":
    main()

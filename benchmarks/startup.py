"""How long it takes to start: commands that only print something, and a config file that is read.

The commands are compared with an empty Python program, the file with PyYAML's C loader.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from pairing import Case, pin, print_table, ratios

from hostkit.config import load

PROGRAMS = {
    "python -c pass": "pass",
    "hostkit --version": "from hostkit.cli import main; main(['--version'])",
    "hostkit --help": "from hostkit.cli import main; main(['--help'])",
}


def case(program: str) -> Case:
    """Run a program so many times."""

    async def run(count: int) -> None:
        for _ in range(count):
            subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)

    return run


MODULES = 10_000
ENTRY = """\
  - module: words.filters.Filter{0}
    name: filter{0}
    config: {{banned: [casino, poker]}}
    timeout: 2s
"""


def reading(path: Path) -> dict[str, Case]:
    """Read a file with that many modules so many times, by hostkit and the C loader."""
    path.write_text("modules:\n" + "".join(map(ENTRY.format, range(MODULES))))
    read = path.read_text

    async def with_hostkit(count: int) -> None:
        for _ in range(count):
            load(path)

    async def with_yaml(count: int) -> None:
        for _ in range(count):
            yaml.load(read(), yaml.CSafeLoader)

    return {"yaml.CSafeLoader": with_yaml, "hostkit.config.load": with_hostkit}


async def main() -> None:
    """Measure and print."""
    pin()
    cases = {name: case(program) for name, program in PROGRAMS.items()}
    print_table(
        "time / python -c pass",
        {"ratio": await ratios(cases, "python -c pass", rounds=15, clock=time.perf_counter)},
    )
    print()
    with tempfile.TemporaryDirectory() as folder:
        cases = reading(Path(folder, "host.yaml"))
        print_table(
            f"time / yaml.CSafeLoader, {MODULES} modules",
            {"ratio": await ratios(cases, "yaml.CSafeLoader", rounds=11)},
        )
    print()


if __name__ == "__main__":
    asyncio.run(main())

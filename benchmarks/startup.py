"""How long commands take that only print something, compared with an empty Python program."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

from pairing import Case, pin, print_table, ratios

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


async def main() -> None:
    """Measure and print."""
    pin()
    cases = {name: case(program) for name, program in PROGRAMS.items()}
    print_table(
        "time / python -c pass",
        {"ratio": await ratios(cases, "python -c pass", rounds=15, clock=time.perf_counter)},
    )
    print()


if __name__ == "__main__":
    asyncio.run(main())

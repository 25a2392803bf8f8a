"""How long `hostkit validate --static` and `hostkit list` take, compared with what they stand on.

Programs are compared by the CPU time of their processes: one that imports what they cannot do
without, one with nothing else, and what hostkit does.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from pairing import Case, pin, print_table, ratios

from hostkit.cli._checking import Checker, Depth
from hostkit.cli._collection import collection_paused
from hostkit.cli._progress import Progress

ENTRY = """\
  - module: words.filters.Filter{0}
    name: filter{0}
    config: {{banned: [casino, poker]}}
    timeout: 2s
"""
LIGHT = """\
from hostkit import Category, Decision, hookspec, rules


class Comments(Category):
    @hookspec(rules.FirstDenial())
    async def check_comment(self, author: str) -> Decision:
        \"""Called before a comment is stored.\"""


class Light:
    def __init__(self, config, api):
        api.register_comments_callbacks(check_comment=self.check)

    async def check(self, author):
        return None
"""
NEEDED = "import click, yaml, attrs, cattrs, pluggy"
MORE = f"{NEEDED}, light"
PROGRAM = "import sys; from hostkit.cli import main; main(sys.argv[1:])"
MODULES = 10_000
# Compiled code is kept, as after an installation.
ENVIRONMENT = {key: each for key, each in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def program(code: str, *arguments: str, folder: Path) -> Case:
    """Run a program so many times."""
    # With `-c` Python finds modules in the folder that it is run in.
    command = [sys.executable, "-c", code, *arguments]

    async def run(count: int) -> None:
        for _ in range(count):
            subprocess.run(
                command, check=True, stdout=subprocess.DEVNULL, cwd=folder, env=ENVIRONMENT
            )

    return run


def children_seconds() -> float:
    """Return the CPU time of all processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def reading(path: Path) -> dict[str, Case]:
    """Read a long file so many times: with PyYAML's C loader, and as `validate --static` does."""
    checker = Checker(
        Depth.STATIC, without_secrets=False, module_path=(), progress=Progress(sys.stderr)
    )

    def read() -> object:
        return yaml.load(path.read_text(), yaml.CSafeLoader)

    async def with_yaml(count: int) -> None:
        for _ in range(count):
            read()

    async def with_yaml_alone(count: int) -> None:
        gc.disable()
        for _ in range(count):
            read()
        gc.enable()

    async def with_hostkit(count: int) -> None:
        for _ in range(count):
            with collection_paused():
                assert checker.check(str(path)).problems == ()

    return {
        "yaml.CSafeLoader": with_yaml,
        "yaml.CSafeLoader, no garbage collected": with_yaml_alone,
        "validate --static, which collects none": with_hostkit,
    }


async def main() -> None:
    """Measure and print."""
    pin()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        entries = "".join(map(ENTRY.format, range(20)))
        (folder / "host.yaml").write_text(f"modules:\n{entries}")
        (folder / "light.py").write_text(LIGHT)
        lights = "".join(f"  - {{module: light.Light, name: light{n}}}\n" for n in range(20))
        settings = "hostkit: {categories: [light.Comments]}\n"
        (folder / "light.yaml").write_text(f"modules:\n{lights}{settings}")
        for title, base, words in (
            ("validate --static", NEEDED, ["validate", "--static", "host.yaml"]),
            ("list", MORE, ["list", "light.yaml"]),
        ):
            cases = {
                "python -c pass": program("pass", folder=folder),
                base: program(base, folder=folder),
                f"hostkit {title}": program(PROGRAM, *words, folder=folder),
            }
            found = await ratios(cases, base, rounds=15, clock=children_seconds)
            print_table(f"CPU time of a process, {title}, 20 modules", {"ratio": found})
            print()
        (folder / "long.yaml").write_text("modules:\n" + "".join(map(ENTRY.format, range(MODULES))))
        cases = reading(folder / "long.yaml")
        found = await ratios(cases, "yaml.CSafeLoader", rounds=7)
        print_table(f"CPU time, {MODULES} modules", {"ratio": found})
    print()


if __name__ == "__main__":
    asyncio.run(main())

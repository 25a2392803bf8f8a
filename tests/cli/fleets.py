"""Run `hostkit serve --workers` as a program of its own, with a module that can be told apart."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.cli.conftest import run
from tests.cli.servers import LIMIT_SECONDS, serving, wait_for

MODULE = """
import asyncio, os
from twisted.web.resource import Resource
from hostkit import cached
from hostkit.web import JsonResource

class Greeter:
    def __init__(self, config, api):
        self.config = config
        self.api = api
        self.calls = 0
        api.register_cached_function(self.number)
        api.register_web_resource("/hi", Greeting(config["word"]))
        api.register_web_resource("/number", Number(self))
        api.register_web_resource("/drop", Drop(self))

    @cached()
    async def number(self, key):
        self.calls += 1
        return self.calls
    async def start(self):
        await asyncio.sleep(self.config["slow"])
        if self.config["word"] == "wrong":
            raise ValueError("a wrong word")

class Number(JsonResource):
    def __init__(self, module):
        super().__init__()
        self.module = module
    async def on_GET(self, request):
        return {"number": await self.module.number("x"), "process": os.getpid()}

class Drop(Number):
    async def on_GET(self, request):
        await self.module.api.invalidate_cache(self.module.number, ("x",))
        return {}

class Greeting(Resource):
    isLeaf = True
    def __init__(self, word):
        super().__init__()
        self.word = word
    def render_GET(self, request):
        return f"{self.word} {os.getpid()}".encode()
"""
FILE = """
modules:
  - {{module: greeter.Greeter, name: greeter, config: {{word: {word}, slow: {slow}}}}}
hostkit:
  categories: [tests.cli.modules.Comments]
  pid_file: host.pid
  listeners: [{{endpoint: "tcp:0:interface=127.0.0.1", serve: [modules, health]}}]
"""


class FleetRun:
    """A server with workers, which runs.

    Attributes:
        file: Its config file.
        process: The supervisor.
    """

    def __init__(self, folder: Path, process: subprocess.Popen[str]) -> None:
        self.folder = folder
        self.file = str(folder / "host.yaml")
        self.process = process
        line = wait_for(process, "listening on")
        match = re.search(r":(\d+)/", line)
        assert match is not None
        self.port = int(match[1])

    def configure(self, word: str, slow: float = 0) -> None:
        """Write another config file."""
        Path(self.file).write_text(FILE.format(word=word, slow=slow))

    def change_code(self, code: str) -> None:
        """Write other code."""
        (self.folder / "greeter.py").write_text(code)

    def get(self) -> tuple[str, int]:
        """Ask on a connection of its own; give the answer, and the process that gave it."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_SECONDS)
        try:
            connection.request("GET", "/hi")
            text, _, number = connection.getresponse().read().decode().rpartition(" ")
        finally:
            connection.close()
        return text, int(number)

    def get_json(self, path: str) -> dict[str, Any]:
        """Ask for something else."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_SECONDS)
        try:
            connection.request("GET", path)
            found: dict[str, Any] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return found

    def answers(self, count: int = 30) -> set[str]:
        """Ask many times; give the answers that there were."""
        return {self.get()[0] for _ in range(count)}

    def status(self) -> dict[str, Any]:
        """Give what `hostkit status` shows."""
        status: dict[str, Any] = json.loads(run("status", self.file, "--format", "json").output)
        return status

    def numbers(self) -> list[int]:
        """Give the numbers of all worker processes."""
        workers = self.status()["workers"]
        return [process["pid"] for worker in workers for process in worker["processes"]]

    def wait_until_ready(self) -> None:
        """Wait until all workers serve."""
        while any(each["state"] != "ready" for each in self.status()["workers"]):
            pass

    def kill(self, number: int) -> None:
        """Kill a process."""
        os.kill(number, signal.SIGKILL)


@contextmanager
def fleet_running(
    folder: Path, count: int = 2, *options: str, word: str = "hello"
) -> Iterator[FleetRun]:
    """Run a server with workers, until all of them serve."""
    (folder / "greeter.py").write_text(MODULE)
    file = folder / "host.yaml"
    file.write_text(FILE.format(word=word, slow=0))
    with serving(str(file), "--workers", str(count), *options) as process:
        fleet = FleetRun(folder, process)
        fleet.wait_until_ready()
        yield fleet

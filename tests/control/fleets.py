"""A supervisor with workers in memory, and a client of its control socket."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.internet.task import Clock

from hostkit.config import HostFile, load
from hostkit.control.fleet import fleet_commands
from hostkit.control.listening import Request
from hostkit.workers import Asking, Fleet, Supervisor, Version
from tests.workers.fakes import FakeFiles, Processes, make_fleet
from tests.workers.test_supervisor import Notified


def file_in(folder: Path) -> HostFile:
    """Read a file with one module."""
    path = folder / "host.yaml"
    path.write_text("modules: [{module: words.Words, name: words}]\n")
    return load(path)


class Setup:
    """A supervisor with workers in memory, and a client of its control socket."""

    def __init__(self, folder: Path, count: int = 2) -> None:
        self.fleet: Fleet
        self.processes: Processes
        self.clock: Clock
        self.fleet, self.processes, self.clock = make_fleet(count)
        self.fleet.version = Version(1, file_in(folder))
        self.files = FakeFiles()
        self.files.file = self.fleet.version.file
        asking = Asking()
        self.fleet.listeners.append(asking)
        self.supervisor = Supervisor(self.fleet, self.files, self.clock, Notified())
        self.supervisor.open()
        self.now = 1000.0
        self.commands = fleet_commands(self.fleet, self.supervisor, asking, lambda: self.now)
        self.items: list[Any] = []
        self.reported: list[str] = []
        self.request = Request({}, "ann", self.reported.append, self.items.append)

    def do(self, command: str, **arguments: Any) -> list[Any]:
        """Give a command; give its answers."""
        self.request.arguments = arguments
        answers: list[Any] = []
        self.commands[command](self.request).addCallback(answers.append)
        return answers

    def say(self, index: int, **what: Any) -> None:
        """Have a process answer what it was asked last."""
        process = self.processes.all[index]
        process.say("answer", id=process.did("ask")[-1]["id"], **what)

    def answer(self, *answers: Any) -> None:
        """Have all processes answer."""
        for index, answer in enumerate(answers):
            self.say(index, end={"ok": True, **answer})


STATUS = {
    "modules": {"enforce": 1},
    "listeners": [{"url": "http://127.0.0.1:80/"}],
    "loops": [{"loop": "clean"}],
    "background": [{"module": "words", "loops": 1, "calls": 0, "runs": 4, "failures": 1}],
    "threads": {"busy": 1, "waiting": 0, "most": 10},
    "caches": ["words/find"],
    "cached": [{"name": "words/find", "entries": 3, "misses": 5, "hits": None}],
    "redis": False,
    "messages": {"sent": 2, "refused": {"no_code": 1}},
    "receipts": {"kept": 3, "limit": 1000},
}

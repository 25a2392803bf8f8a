"""A host in memory, and a client of its control socket."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, final

from twisted.internet.testing import MemoryReactorClock

from hostkit.control.commands import commands_of
from hostkit.control.listening import Request
from hostkit.control.reloader import Reloader
from hostkit.process.systemd import Notifier
from hostkit.web import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit import Host

ANN = "ann (uid 1000)"
"""The user of the client."""


@final
class Reactor(MemoryReactorClock):
    """A reactor on whose thread everything is called already."""

    def callFromThread(self, function: Callable[..., object], *args: object) -> None:  # noqa: N802
        function(*args)


@final
class Controlled:
    """A host with its server, and a client that asks for one thing after the other.

    Attributes:
        server: The server, in memory.
        reloader: Its reloader, or what stands in for that.
        commands: What clients may ask for.
        items: What the client was sent.
        said: What was reported to it meanwhile.
        answers: What all that it asked for came to so far.
        request: The last of that.
    """

    def __init__(
        self, host: Host, reloader: Any = None, now: Callable[[], float] = time.time
    ) -> None:
        self.host = host
        self.reactor: Any = Reactor()  # type: ignore[no-untyped-call]
        self.server = Server(host, self.reactor)
        notifier = Notifier(None, None, self.reactor)
        self.reloader: Any = reloader or Reloader(host, self.server, notifier)
        self.commands = commands_of(host, self.server, self.reloader, self.reactor, now)
        self.items: list[Any] = []
        self.said: list[str] = []
        self.answers: list[dict[str, Any]] = []
        self.request = Request({}, ANN, self.said.append, self.items.append)

    def begin(self, command: str, **arguments: Any) -> Controlled:
        """Begin what a client asks for."""
        self.request = Request(arguments, ANN, self.said.append, self.items.append)
        self.commands[command](self.request).addCallback(self.answers.append)
        return self

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Do what a client asks for, which is done at once."""
        count = len(self.answers)
        (answer,) = self.begin(command, **arguments).answers[count:]
        json.dumps(answer)
        return answer

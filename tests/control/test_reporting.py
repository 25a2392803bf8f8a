"""What a client of the control socket gets during a reload."""

from __future__ import annotations

import logging
from typing import Any

from twisted.internet.defer import Deferred

from hostkit.control._reporting import reload_for_client
from hostkit.control.listening import control_socket
from hostkit.control.reloader import Outcome
from tests.control.reactor import FakeReactor
from tests.control.test_listening import answers_of, file, path

__all__ = ["file", "path"]


class FakeReloader:
    """A reloader whose reload ends when the test says so."""

    def __init__(self) -> None:
        self.done: Deferred[Outcome] = Deferred()

    def reload(self) -> Deferred[Outcome]:
        return self.done


class Direct:
    """A reactor on whose thread everything is called already."""

    def callFromThread(self, function: Any, *args: Any) -> None:  # noqa: N802
        function(*args)


def test_warnings_are_reported(file: Any) -> None:
    """Until the reload has ended, and without secrets; errors are in its outcome."""
    reloader: Any = FakeReloader()
    reactor = FakeReactor()

    def command(request: Any) -> Any:
        def redact(text: str) -> str:
            return text.replace("s3cret", "[redacted]")

        return reload_for_client(reloader.reload, Direct(), redact, request.report)

    log = logging.getLogger("hostkit.modules.words")
    with control_socket(file, reactor, {"reload": command}):
        protocol, transport = reactor.connect()
        log.warning("before")
        protocol.dataReceived(b'{"command": "reload"}\n')
        log.warning("%s takes long", "s3cret")
        log.error("failed")
        reloader.done.callback(Outcome(is_done=True, message="done"))
        log.warning("after")
    meanwhile, answer = answers_of(transport)
    assert meanwhile == {"meanwhile": "[redacted] takes long"}
    assert (answer["ok"], answer["message"]) == (True, "done")

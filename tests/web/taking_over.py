"""A server in memory, of a file whose listeners a test changes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, final

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.testing import MemoryReactorClock

from hostkit import ConfigErrors, Host
from hostkit.web import Server
from tests.web.conftest import Comments
from tests.web.line import Line
from tests.web.pages import Held
from tests.web.recorder import FakePort, Recorder

if TYPE_CHECKING:
    from pathlib import Path

    from hostkit import ModuleApi


@final
class Network(MemoryReactorClock):
    """A reactor in memory that listens at each port once, whatever the interface."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.sites: dict[int, Any] = {}
        self.refused: set[int] = set()
        self.log: list[str] = []
        self.opening: dict[int, Deferred[Any]] = {}

    def listenTCP(  # noqa: N802
        self, port: int, factory: Any, backlog: int = 50, interface: str = ""
    ) -> Any:
        if port in self.sites or port in self.refused:
            raise CannotListenError(interface, port, OSError(98, "Address already in use"))
        self.sites[port] = factory
        self.log.append(f"open {port}")

        def close() -> None:
            del self.sites[port]
            self.log.append(f"close {port}")

        return FakePort(IPv4Address("TCP", interface or "0.0.0.0", port), close)


class Page(Recorder):
    """A module with a page that answers when the test says so."""

    page = Held()

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        super().__init__(config, api)
        Page.page = Held()
        api.register_web_resource("/page", Page.page)
        api.register(Comments, on_comment_posted=lambda author: None)


class Served:
    """A server of a file whose listeners the test writes."""

    def __init__(self, folder: Path, *listeners: str) -> None:
        self.file = folder / "host.yaml"
        self.write("first", *listeners)
        self.network: Any = Network()
        host = Host.from_file(self.file, categories=[Comments], clock=self.network)
        self.server = Server(host.build(), self.network)
        assert Deferred.fromCoroutine(self.server.start()).called

    def write(self, module: str, *listeners: str, **settings: str) -> None:
        lines = ["modules:", f"  - {{module: {__name__}.Page, name: {module}}}", "hostkit:"]
        lines += [f"  {key}: {value}" for key, value in settings.items()]
        lines += ["  listeners:", *(f"    - {{endpoint: {each}}}" for each in listeners)]
        self.file.write_text("\n".join(lines) + "\n")

    def reload(self, *listeners: str, module: str = "first", **settings: str) -> Deferred[Any]:
        """Begin to reload with these listeners."""
        self.network.log.clear()
        self.write(module, *listeners, **settings)
        return Deferred.fromCoroutine(self.server.reload())

    def line(self, port: int, path: str = "/page", *headers: str) -> Line:
        """Send a request on a new connection."""
        line = Line(self.network.sites[port])
        line.get(path, *headers)
        return line


LOCAL = "interface=127.0.0.1"
ONE, TWO = f'"tcp:1:{LOCAL}"', f'"tcp:2:{LOCAL}"'


@pytest.fixture(autouse=True)
def steps(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give what modules did, in order."""
    steps: list[str] = []
    monkeypatch.setattr(Recorder, "steps", steps)
    caplog.set_level(logging.INFO)
    return steps


def problems_of(reloading: Deferred[Any]) -> list[tuple[str, str]]:
    """Give the codes and messages of a reload that was refused."""
    failures: list[Any] = []
    reloading.addErrback(failures.append)
    error = failures[0].value
    assert isinstance(error, ConfigErrors)
    return [(problem.code, problem.message) for problem in error.problems]

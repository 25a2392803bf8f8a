"""Fakes that note what is done to them, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, final

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.testing import MemoryReactorClock

from tests.web.pages import Echo

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit import ModuleApi


class Recorder:
    """A module that notes when it is started and stopped."""

    steps: ClassVar[list[str]] = []

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        self._name = api.name
        self._fails = config.get("fails", False)
        if "path" in config:
            api.register_web_resource(config["path"], Echo(api.name))

    async def start(self) -> None:
        if self._fails:
            raise RuntimeError("no database")
        self.steps.append(f"start {self._name}")

    async def stop(self) -> None:
        self.steps.append(f"stop {self._name}")


class FakePort:
    """A port of which a test decides what happens when it is closed."""

    def __init__(self, address: Any, close: Callable[[], object] = lambda: None) -> None:
        self.address = address
        self.close = close

    def getHost(self) -> Any:  # noqa: N802 -- so named by Twisted
        return self.address

    def stopListening(self) -> Any:  # noqa: N802
        return self.close()


@final
class RecordingReactor(MemoryReactorClock):
    """A reactor in memory, of which one port may be taken, and some may not close at once."""

    taken: int | None = None

    def __init__(self, steps: list[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._steps = steps
        self.closing: dict[int, Deferred[None]] = {}

    def _close(self, port: int) -> Deferred[None] | None:
        self._steps.append(f"close {port}")
        return self.closing.get(port)

    def listenTCP(  # noqa: N802
        self, port: int, factory: Any, backlog: int = 50, interface: str = ""
    ) -> Any:
        if port == self.taken:
            raise CannotListenError(interface, port, OSError(98, "Address already in use"))
        self._steps.append(f"open {port}")
        super().listenTCP(port, factory, backlog, interface)  # type: ignore[no-untyped-call]
        kind = IPv6Address if ":" in interface else IPv4Address
        return FakePort(
            kind("TCP", interface or "0.0.0.0", port),
            lambda: self._close(port),
        )


class PatientEndpoint:
    """An endpoint that never gets to listen."""

    def listen(self, factory: object) -> Deferred[Any]:
        return Deferred()


def never_listening(reactor: object, description: str) -> PatientEndpoint:
    """Stand for `serverFromString`."""
    return PatientEndpoint()

"""`Notifier`, with a datagram socket in place of systemd's."""

from __future__ import annotations

import os
import secrets
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.task import Clock

from hostkit.process.systemd import Notifier

if TYPE_CHECKING:
    from collections.abc import Iterator


class Manager:
    """A service manager that reads what it is notified of."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address.replace("@", "\0", 1))
        self._socket.setblocking(False)

    def read(self) -> list[str]:
        """Give the next notification, line by line."""
        return self._socket.recv(1000).decode().split("\n")

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: Any, tmp_path: Path) -> Iterator[Manager]:
    """Give a service manager with a socket of either kind."""
    name = f"@hostkit-{secrets.token_hex(8)}"
    manager = Manager(name if request.param == "abstract" else str(tmp_path / "notify"))
    yield manager
    manager.close()


def notifier_of(manager: Manager, clock: Clock | None = None, **variables: str) -> Notifier:
    """Make a notifier as systemd asks for it."""
    environment = {"NOTIFY_SOCKET": manager.address, "HOME": "/", **variables}
    notifier = Notifier.from_environment(environment, clock or Clock())
    assert environment == {"HOME": "/"}
    return notifier


def test_each_step_is_notified(manager: Manager) -> None:
    """With the words of `sd_notify`; what else is said is one line."""
    notifier = notifier_of(manager)
    notifier.started()
    assert manager.read() == ["READY=1", "STATUS=serving"]
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    notifier.reloading()
    first, when, status = manager.read()
    assert (first, status) == ("RELOADING=1", "STATUS=reloading")
    assert before <= int(when.removeprefix("MONOTONIC_USEC=")) <= before + 60e6
    notifier.ready("not reloaded: host.yaml:1:1\n  |\n1 | x")
    assert manager.read() == ["READY=1", "STATUS=not reloaded: host.yaml:1:1"]
    notifier.stopping()
    assert manager.read() == ["STOPPING=1", "STATUS=stopping"]


def test_a_watchdog_is_fed(manager: Manager) -> None:
    """Twice in the time that it waits, from the start on, and not before."""
    clock = Clock()
    notifier = notifier_of(manager, clock, WATCHDOG_USEC="3000000", WATCHDOG_PID=str(os.getpid()))
    clock.advance(10)
    notifier.started()
    assert manager.read()[0] == "READY=1"
    for _ in range(3):
        assert manager.read() == ["WATCHDOG=1"]
        clock.advance(1.4)
        with pytest.raises(BlockingIOError):
            manager.read()
        clock.advance(0.1)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "x"},
        {"WATCHDOG_USEC": "5", "WATCHDOG_PID": "1"},
    ],
)
def test_there_may_be_no_watchdog(variables: dict[str, str], manager: Manager) -> None:
    """None is wanted, or it watches another process."""
    clock = Clock()
    notifier_of(manager, clock, **variables).started()
    assert clock.calls == []


def test_without_systemd_nothing_happens() -> None:
    """A server that was started in another way sends no notifications."""
    clock = Clock()
    notifier = Notifier.from_environment({"WATCHDOG_USEC": "5000000"}, clock)
    notifier.started()
    notifier.reloading()
    notifier.stopping()
    assert clock.calls == []


def test_a_manager_may_be_gone(manager: Manager, caplog: pytest.LogCaptureFixture) -> None:
    """The server goes on, and the log says so once."""
    notifier = notifier_of(manager)
    manager.close()
    if not manager.address.startswith("@"):
        Path(manager.address).unlink()
    notifier.started()
    notifier.stopping()
    (message,) = caplog.messages
    assert message.startswith("the service manager cannot be notified of READY=1: ")


def test_an_empty_address_is_none(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is sent, and nothing is logged about it."""
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": ""}, Clock())
    notifier.started()
    notifier.stopping()
    assert caplog.messages == []


def test_a_status_is_one_visible_line(manager: Manager) -> None:
    """It may quote anything, also what cannot be encoded."""
    notifier_of(manager).ready("a\ud800\x1b\n2026-01-31 CRITICAL hostkit: all is well")
    assert manager.read() == ["READY=1", "STATUS=a\\ud800\\x1b"]

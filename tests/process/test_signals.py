"""What signals do to a serving process: those that stop it, and SIGHUP."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, final

import pytest
from twisted.internet.error import ReactorNotRunning

from hostkit.process.signals import (
    Stopper,
    handle_hangup,
    handle_signals,
    ignore_hangup,
    keep_hangup,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@final
class FakeReactor:
    """A reactor that runs what is called from a signal handler when the test says so."""

    def __init__(self, *, runs: bool = True) -> None:
        self.calls: list[Callable[[], object]] = []
        self.stops = 0
        self._runs = runs

    def callFromThread(self, function: Callable[[], object]) -> None:  # noqa: N802
        self.calls.append(function)

    def run_calls(self) -> None:
        for call in self.calls:
            call()

    def stop(self) -> None:
        if not self._runs:
            raise ReactorNotRunning
        self.stops += 1


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Restore the signal handlers."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_first_signal_stops_the_reactor() -> None:
    """Not in the handler itself, which may have interrupted any code."""
    reactor = FakeReactor()
    left: list[int] = []
    Stopper(reactor, left.append).handle(signal.SIGTERM, None)
    assert reactor.stops == 0
    reactor.run_calls()
    assert (reactor.stops, left) == (1, [])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_second_signal_leaves(
    number: signal.Signals, code: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """With the code that a shell gives a program that died of the signal; whichever came first."""
    left: list[int] = []
    stopper = Stopper(FakeReactor(), left.append)
    stopper.handle(signal.SIGTERM, None)
    assert left == []
    stopper.handle(number, None)
    assert left == [code]
    assert capfd.readouterr().err == "second signal: exiting at once\n"


def test_a_reactor_may_be_stopping_already() -> None:
    """A start that failed and a signal can come together."""
    reactor = FakeReactor(runs=False)
    Stopper(reactor, print).handle(signal.SIGINT, None)
    reactor.run_calls()
    assert reactor.stops == 0


def test_both_signals_are_handled() -> None:
    """Ctrl-C and what service managers send, in the same way."""
    reactor = FakeReactor()
    handle_signals(reactor)
    signal.raise_signal(signal.SIGTERM)
    assert len(reactor.calls) == 1
    assert signal.getsignal(signal.SIGINT) == signal.getsignal(signal.SIGTERM)


def test_a_hangup_can_be_ignored() -> None:
    """It does not end a process in which nothing can be reloaded."""
    ignore_hangup()
    signal.raise_signal(signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_hangup_may_come_before_anything_can_be_reloaded(count: int) -> None:
    """It is kept, and leads to one reload, however often it came."""
    reactor = FakeReactor()
    reloads: list[str] = []
    keep_hangup()
    for _ in range(count):
        signal.raise_signal(signal.SIGHUP)
    handle_hangup(reactor, lambda: reloads.append("reload"))
    reactor.run_calls()
    assert reloads == ["reload"] * min(count, 1)


def test_a_hangup_reloads() -> None:
    """Each time it comes, and not in the handler itself; it never ends the process."""
    reactor = FakeReactor()
    reloads: list[str] = []
    handle_hangup(reactor, lambda: reloads.append("reload"))
    for _ in range(3):
        signal.raise_signal(signal.SIGHUP)
    assert reloads == []
    reactor.run_calls()
    assert reloads == ["reload"] * 3

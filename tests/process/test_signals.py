"""What the signals do that stop a server."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any, final

import pytest
from twisted.internet.error import ReactorNotRunning

from hostkit.process.signals import Stopper, handle_signals

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

    def stop(self) -> None:
        if not self._runs:
            raise ReactorNotRunning
        self.stops += 1


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Restore the signal handlers."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_first_signal_stops_the_reactor() -> None:
    """Not in the handler itself, which may have interrupted any code."""
    reactor = FakeReactor()
    left: list[int] = []
    Stopper(reactor, left.append).handle(signal.SIGTERM, None)
    assert reactor.stops == 0
    reactor.calls.pop()()
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
    reactor.calls.pop()()
    assert reactor.stops == 0


def test_both_signals_are_handled() -> None:
    """Ctrl-C and what service managers send, in the same way."""
    reactor: Any = FakeReactor()
    handle_signals(reactor)
    signal.raise_signal(signal.SIGTERM)
    assert len(reactor.calls) == 1
    assert signal.getsignal(signal.SIGINT) == signal.getsignal(signal.SIGTERM)

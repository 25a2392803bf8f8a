"""The behaviour of background loops in the list of thirty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, deferLater

from hookspecs.third_party_rules import ThirdPartyRules
from hostkit import Host

if TYPE_CHECKING:
    import pytest

    from hostkit import ModuleApi

INTERVAL_MS = 1000
JOB_SECONDS = 2.5


def run(clock: Clock, seconds: int, worker_name: str | None = None) -> list[float]:
    """Start a host with a loop whose second run raises; tell when each run started and ended."""
    times: list[float] = []

    class Looping:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            api.looping_background_call(self.work, INTERVAL_MS)

        async def work(self) -> None:
            times.append(clock.seconds())
            await deferLater(clock, JOB_SECONDS)
            times.append(clock.seconds())
            if len(times) == 4:
                raise RuntimeError("in the second run")

    config = {"modules": [{"module": Looping, "name": "looping"}]}
    host = Host.from_config(
        config, categories=[ThirdPartyRules], clock=clock, worker_name=worker_name
    )
    Deferred.fromCoroutine(host.start())
    clock.pump([0.25] * 4 * seconds)
    stopping = Deferred.fromCoroutine(host.stop())
    assert stopping.called
    assert clock.calls == []
    return times


def test_h1_30_runs_never_overlap_and_no_failure_ends_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The next run is at the next multiple of the interval after the end of the one before."""
    times = run(Clock(), 12)
    assert times[::2] == [1, 4, 7, 10]
    assert times[1::2] == [3.5, 6.5, 9.5]
    assert caplog.messages == [
        "module 'looping': the background loop 'work' failed: RuntimeError: in the second run"
    ]
    assert str((caplog.records[0].exc_info or [0, 0])[1]) == "in the second run"


def test_h1_30_a_process_that_is_not_chosen_runs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """One warning says so."""
    assert run(Clock(), 12, worker_name="w2") == []
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage() == (
        "module 'looping': the background loop 'work' does not run here, in worker 'w2', but in "
        "the process without a name"
    )

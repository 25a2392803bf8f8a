from __future__ import annotations

from functools import partial

import pytest
from twisted.internet.defer import Deferred

from hostkit.errors import HostkitError

from .conftest import ALL, Three, fire, up_and_down


def test_starting_a_running_host_is_an_error(three: Three) -> None:
    """Its modules are not started a second time."""
    fire(three.host.start())
    with pytest.raises(HostkitError, match="running already"):
        fire(three.host.start())
    assert three.log == ALL[:3]
    fire(three.host.stop())


def test_starting_a_host_that_is_starting_or_stopping_is_an_error(three: Three) -> None:
    """Two calls at once start its modules once."""
    waits: dict[str, Deferred[None]] = {"start b": Deferred(), "stop b": Deferred()}
    three.actions |= {step: partial(waits.get, step) for step in waits}
    starting = Deferred.fromCoroutine(three.host.start())
    with pytest.raises(HostkitError, match="running already"):
        fire(three.host.start())
    waits["start b"].callback(None)
    assert starting.called
    stopping = Deferred.fromCoroutine(three.host.stop())
    with pytest.raises(HostkitError, match="running already"):
        fire(three.host.start())
    waits["stop b"].callback(None)
    assert stopping.called
    assert three.log == ALL


def test_stopping_a_host_that_does_not_run_does_nothing(three: Three) -> None:
    """Neither before the start nor a second time."""
    fire(three.host.stop())
    fire(up_and_down(three.host))
    fire(three.host.stop())
    assert three.log == ALL


def test_a_stopped_host_can_be_started_again(three: Three) -> None:
    """The same modules are started once more."""
    fire(up_and_down(three.host))
    fire(up_and_down(three.host))
    assert three.log == ALL * 2

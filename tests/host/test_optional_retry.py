from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit.api import ModuleApi
from hostkit.config import from_mapping

from .conftest import fire, make_host
from .moody import MOODY, WORDS, Moody, ask, good_mood

__all__ = ["good_mood"]


@pytest.mark.parametrize("step", ["build", "start"])
def test_it_is_tried_again(step: str, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """After five seconds, then after twice as long each time, at last every five minutes."""
    Moody.refuses.add(step)
    host = make_host(MOODY, WORDS, clock=clock)
    fire(host.start())
    times = []
    for second in range(1, 1300):
        count = len(Moody.steps)
        clock.advance(1)
        if len(Moody.steps) > count:
            times.append(second)
    assert times == [5, 15, 35, 75, 155, 315, 615, 915, 1215]
    assert [module.name for module in host.modules] == ["words"]
    Moody.refuses.clear()
    clock.advance(300)
    assert [module.name for module in host.modules] == ["moody", "words"]
    assert (host.missing, fire(ask(host))) == ((), "moody")
    assert caplog.messages[-1] == "the optional module 'moody' is there now"
    clock.advance(3000)
    fire(host.stop())
    assert Moody.steps[-1] == "stop moody"
    assert clock.getDelayedCalls() == []


def test_the_same_reason_is_logged_once(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """Until it is another one."""
    Moody.refuses.add("build")
    host = make_host(MOODY, clock=clock)
    fire(host.start())
    for _ in range(100):
        clock.advance(10)
    assert len(caplog.records) == 1

    def unlike(self: Moody, step: str) -> None:
        raise KeyError(step)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Moody, "_try", unlike)
        for _ in range(100):
            clock.advance(10)
    assert len(caplog.records) == 2
    assert "KeyError: 'build'" in caplog.messages[1]
    fire(host.stop())


def test_a_reload_without_it_ends_the_attempts(clock: Clock) -> None:
    """What is not listed any more is not missing."""
    Moody.refuses.add("build")
    host = make_host(MOODY, WORDS, clock=clock)
    fire(host.start())
    assert str(fire(host.reload(from_mapping({"modules": [WORDS]})))).endswith("0 gone")
    count = len(Moody.steps)
    clock.advance(1000)
    assert (host.missing, len(Moody.steps)) == ((), count)
    fire(host.stop())


def test_a_reload_replaces_an_attempt(clock: Clock) -> None:
    """An attempt that is going on gives way to what the operator wants."""
    Moody.refuses.add("build")
    host = make_host(MOODY, WORDS, clock=clock)
    fire(host.start())
    Moody.refuses = {"wait"}
    clock.advance(5)
    assert len(Moody.waiting) == 1
    fire(host.reload(from_mapping({"modules": [WORDS]})))
    assert Moody.steps[-1] == "stop moody"
    assert ([module.name for module in host.modules], host.missing) == (["words"], ())
    clock.advance(1000)
    fire(host.stop())
    assert clock.getDelayedCalls() == []


def test_no_attempt_is_made_while_modules_start(clock: Clock) -> None:
    """It waits until the reload is over."""
    Moody.refuses.add("build")
    host = make_host(MOODY, WORDS, clock=clock)
    fire(host.start())
    Moody.refuses = {"wait"}
    slow = {"module": Moody, "name": "slow"}
    reloading = Deferred.fromCoroutine(
        host.reload(from_mapping({"modules": [{**MOODY, "enabled": False}, slow, WORDS]}))
    )
    clock.advance(5)
    assert Moody.steps[-2:] == ["build slow", "start slow"]
    Moody.waiting.pop().callback(None)
    assert reloading.called
    clock.advance(100)
    assert [module.name for module in host.modules] == ["slow", "words"]
    fire(host.stop())


def test_a_stop_ends_an_attempt(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """The module that was being started is stopped with the others."""
    Moody.refuses.add("build")
    host = make_host(MOODY, WORDS, clock=clock)
    fire(host.start())
    Moody.refuses = {"wait"}
    clock.advance(5)
    fire(host.stop())
    assert Moody.steps[-1] == "stop moody"
    assert clock.getDelayedCalls() == []
    assert "tried again later" not in caplog.text
    clock.advance(1000)
    assert Moody.steps.count("stop moody") == 1
    assert clock.getDelayedCalls() == []


def test_what_conflicts_when_it_comes_back_is_tried_again(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing that runs is touched, and the reason is logged."""

    class Namer(Moody):
        def __init__(self, config: Any, api: ModuleApi) -> None:
            super().__init__(config, api)
            api.register_names_callbacks(find_name=lambda user: user)

    Moody.refuses.add("build")
    first = {"module": Namer, "name": "one", "optional": True}
    host = make_host(first, {**first, "name": "other"}, clock=clock)
    fire(host.start())
    Moody.refuses.clear()
    clock.advance(5)
    assert "optional modules are tried again later: " in caplog.text
    assert "HK208" in caplog.text
    assert host.modules == ()
    fire(host.stop())

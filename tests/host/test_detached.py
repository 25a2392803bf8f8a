"""Notifications whose callers were cancelled, when their host stops."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from hostkit.api import ModuleApi
from hostkit.host import Host

from .conftest import Comments, Recorded, fire, make_host


class Listener(Recorded):
    """Takes its time with each comment."""

    held: Deferred[None]

    def __init__(self, config: Any, api: ModuleApi) -> None:
        super().__init__(config, api)
        api.register_comments_callbacks(on_comment_posted=self.notify)

    async def notify(self, comment_id: int) -> None:
        await self.held
        self.log.append(f"notified {self.name}")


@pytest.fixture
def log() -> list[str]:
    """Give the list in which modules note what happens to them."""
    return []


@pytest.fixture
def held() -> Deferred[None]:
    """Give what the second listener waits for."""
    return Deferred()


@pytest.fixture
def host(log: list[str], held: Deferred[None]) -> Host:
    """Give a running host whose second listener is running, although the caller was cancelled."""
    modules = [
        {
            "name": name,
            "module": type("M", (Listener,), {"log": log, "actions": {}, "held": waiting}),
        }
        for name, waiting in (("a", Deferred()), ("b", held))
    ]
    host = make_host(*modules, clock=Clock())
    fire(host.start())
    call = Deferred.fromCoroutine(host.hooks[Comments].on_comment_posted(1))
    call.addErrback(lambda failure: failure.trap(CancelledError))
    call.cancel()
    assert call.called
    return host


def test_a_stop_waits_for_notifications(host: Host, held: Deferred[None], log: list[str]) -> None:
    """Its modules are needed until all of them are notified."""
    stopped: list[Any] = []
    Deferred.fromCoroutine(host.stop()).addBoth(stopped.append)
    assert stopped == []
    held.callback(None)
    assert stopped == [None]
    assert log[2:] == ["notified b", "stop b", "stop a"]


def test_a_cancelled_stop_does_not_wait_any_more(host: Host, log: list[str]) -> None:
    """But the modules are stopped all the same."""
    failures: list[Any] = []
    stopping = Deferred.fromCoroutine(host.stop()).addErrback(failures.append)
    stopping.cancel()
    assert failures[0].check(CancelledError) is CancelledError
    assert log[2:] == ["stop b", "stop a"]

from __future__ import annotations

from typing import TYPE_CHECKING

from hookspecs.federation import Federation
from tests.dispatch.fakes import wire

from .answers import Spy, answering, raising

if TYPE_CHECKING:
    import pytest

HOOK = "on_event_delivered_over_federation"


def test_nobody_need_listen() -> None:
    """Without modules nothing happens, and the host can know that beforehand."""
    chain = wire(Federation, HOOK)
    assert None is chain.run(object())
    assert False is bool(chain.call)


def test_everybody_is_told() -> None:
    """Each module gets the event itself, and what they return does not matter."""
    spies, event = [Spy(answer=1), Spy()], object()
    assert None is wire(Federation, HOOK, answering(5), *spies).run(event)
    assert [spy.calls for spy in spies] == [[(event,)]] * 2


def test_an_error_is_logged_and_the_rest_are_told(caplog: pytest.LogCaptureFixture) -> None:
    """The event is delivered already, so nobody's failure can change that."""
    spy, event = Spy(), object()
    assert None is wire(Federation, HOOK, raising(KeyError("x")), spy).run(event)
    assert spy.calls == [(event,)]
    assert caplog.messages == [
        f"failed in federation.{HOOK}, the next module is asked: KeyError: 'x'"
    ]

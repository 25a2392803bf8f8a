from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from hookspecs.ratelimit import Ratelimit
from hookspecs.vocabulary import RatelimitOverride
from hostkit.errors import InvalidValueError
from tests.dispatch.fakes import wire

from .answers import HostError, Spy, answering, raising

HOOK = "get_ratelimit_override_for_user"
SLOW = RatelimitOverride(per_second=0.5, burst_count=2)


def ask(*callbacks: Any) -> Any:
    """Ask for the override of a user."""
    return wire(Ratelimit, HOOK, *callbacks).run("@ann:hs", "rc_invites.per_user")


@pytest.mark.parametrize("answers", [[], [None], [None, False, 0, ()]])
def test_without_an_override_the_configured_rate_holds(answers: list[Any]) -> None:
    """The result is None if nobody answers with something true."""
    assert None is ask(*map(answering, answers))


def test_the_first_override_counts() -> None:
    """Nobody is asked after it; who comes before it gets user and limiter."""
    before, after = Spy(), Spy(answer=RatelimitOverride(per_second=9.0, burst_count=9))
    assert SLOW is ask(before, answering(SLOW), after)
    assert before.calls == [("@ann:hs", "rc_invites.per_user")]
    assert after.calls == []


@pytest.mark.parametrize("burst_count", [0, 5])
def test_no_limit_is_an_override(burst_count: int) -> None:
    """A rate of 0.0 reaches the host as one, whatever the burst, and is not taken for None."""
    unlimited = RatelimitOverride(per_second=0.0, burst_count=burst_count)
    assert unlimited is ask(answering(unlimited), Spy(answer=SLOW))


def test_an_override_may_be_the_hosts_own() -> None:
    """A class of the host's serves as well, if it has the same attributes."""
    own = SimpleNamespace(per_second=1.0, burst_count=1)
    assert own is ask(answering(own))


@pytest.mark.parametrize("answer", [5, (1.0, 2), "none", SimpleNamespace(per_second=1.0)])
def test_what_is_no_override_is_refused(answer: Any) -> None:
    """It goes to the caller as an exception that names module and hook."""
    with pytest.raises(InvalidValueError, match=f"m1.*{HOOK}.*per_second and burst_count"):
        ask(answering(None), answering(answer), Spy(answer=SLOW))


def test_an_error_goes_to_the_caller() -> None:
    """What a module raises comes as it is, and nobody else is asked."""
    spy = Spy(answer=SLOW)
    with pytest.raises(HostError):
        ask(raising(HostError(500, "M_X")), spy)
    assert spy.calls == []

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from hostkit.errors import ModuleFailedError, Place
from hostkit.rules import ALLOW, FirstDenial, FirstResult, Notify

from .fakes import (
    Comments,
    Spy,
    broken,
    given,
    hook_of,
    nonsense,
    raising,
    saying,
    shadow,
    steps_of,
    wire,
)


class Untellable(Exception):  # noqa: N818
    """An exception whose message cannot be written."""

    def __str__(self) -> str:
        raise AttributeError("message")


class Unshowable:
    """A value that cannot be written."""

    def __str__(self) -> str:
        raise ValueError

    def __repr__(self) -> str:
        raise ValueError


HUGE = 10**5000
"""A number that Python refuses to write."""

SECRETIVE = [raising(Untellable()), saying(Unshowable()), saying(HUGE)]


def logged(caplog: pytest.LogCaptureFixture) -> list[tuple[str, int, str]]:
    return [(record.name, record.levelno, record.getMessage()) for record in caplog.records]


@pytest.mark.parametrize(
    ("on_error", "meaning"),
    [("deny", "it counts as a denial"), ("continue", "the next module is asked")],
)
@pytest.mark.parametrize(
    ("failing", "says"),
    [(broken, "KeyError: 'ann'"), (nonsense, "expected ALLOW or a Deny, got 7")],
)
def test_a_failure_that_nobody_gets_is_logged_once(
    caplog: pytest.LogCaptureFixture,
    on_error: Any,
    meaning: str,
    failing: Callable[..., Any],
    says: str,
) -> None:
    """What the caller does not get goes to the module's logger, with the traceback."""
    wire(hook_of(FirstDenial(on_error=on_error)), "ask", failing).run()
    name, message = "hostkit.modules.m0", f"failed in desk.ask, {meaning}: {says}"
    assert logged(caplog) == [(name, logging.WARNING, message)]
    assert caplog.records[0].exc_info is not None


@pytest.mark.parametrize("on_error", ["fail", "raise"])
def test_a_failure_that_the_caller_gets_is_not_logged(
    caplog: pytest.LogCaptureFixture, on_error: Any
) -> None:
    """Who catches an exception decides whether to log it."""
    with pytest.raises((KeyError, ModuleFailedError)):
        wire(hook_of(FirstDenial(on_error=on_error)), "ask", broken).run()
    assert caplog.records == []


def test_a_failure_in_shadow_mode_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The log says that the module's mode kept the failure from counting."""
    wire(Comments, "tell", shadow(broken)).run()
    message = "failed in comments.tell, in shadow mode: KeyError: 'ann'"
    assert logged(caplog) == [("hostkit.modules.m0", logging.WARNING, message)]


def test_a_note_says_where_the_module_is_listed() -> None:
    """An exception that is raised as it is names module, hook and line of the config file."""
    place = Place("server.yaml", 7, 5)
    chain = wire(Comments, "tell", given(broken, on_error="raise", locate=lambda: place))
    with pytest.raises(KeyError) as caught:
        chain.run()
    assert (caught.value.__notes__) == [
        "in module 'm0', hook comments.tell (listed at server.yaml:7:5)"
    ]


@pytest.mark.parametrize("secretive", SECRETIVE)
def test_what_cannot_be_written_is_handled_by_the_policy(
    caplog: pytest.LogCaptureFixture, secretive: Callable[..., Any]
) -> None:
    """Neither an error nor an answer gets around the policy by being impossible to show."""
    spy = Spy()
    chain = wire(hook_of(FirstDenial(on_error="continue")), "ask", secretive, spy)
    assert ALLOW is chain.run()
    assert spy.calls == [("ann", "hi")]
    assert len(caplog.records) == 1


@pytest.mark.parametrize("secretive", SECRETIVE)
@pytest.mark.parametrize("rule", [FirstDenial(), FirstResult(default=ALLOW)])
def test_what_cannot_be_written_changes_nothing_in_shadow_mode(
    rule: FirstDenial | FirstResult, secretive: Callable[..., Any]
) -> None:
    """A module in shadow mode cannot make itself heard by an error that cannot be shown."""
    assert ALLOW is wire(hook_of(rule), "ask", shadow(secretive)).run()


def test_what_cannot_be_written_is_named_by_its_type() -> None:
    """A receipt shows the type of what cannot be shown itself."""
    chain = wire(
        hook_of(FirstResult(on_error="continue")), "ask", raising(Untellable()), saying(HUGE)
    )
    assert chain.run() == HUGE
    assert steps_of(chain.receipt) == [
        "m0: failed, Untellable: (its message cannot be shown)",
        "m1: result, <int that cannot be shown>",
    ]


def test_every_policy_of_notify_tells_whom_it_can(caplog: pytest.LogCaptureFixture) -> None:
    """A failing module keeps no module from being notified, and each failure is logged."""
    spy = Spy()
    wire(hook_of(Notify()), "ask", broken, spy, broken, spy).run()
    assert (len(spy.calls), len(caplog.records)) == (2, 2)

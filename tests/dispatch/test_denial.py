"""Failures that count as denials for `Notify`, which has no answers to deny with."""

from __future__ import annotations

import gc
import logging
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from hostkit.rules import Notify

from .fakes import Spy, allow, broken, given, hook_of, outcomes_of, raising, steps_of, wire


class Refused(Exception):  # noqa: N818
    """What a host raises."""


class Failure(Exception):  # noqa: N818
    """What modules fail with."""


class Veto(Exception):  # noqa: N818
    """What modules deny with."""


TELLING = Notify(
    on_error="deny",
    denial=lambda: Refused("sorry"),
    veto=lambda error: isinstance(error, Veto),
)


@pytest.mark.parametrize("exact", [False, True])
def test_a_failure_can_be_a_denial_where_answers_are_ignored(
    exact: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """`Notify` then raises the host's own exception, from the failure, which is logged."""
    later = Spy()
    wired = wire(hook_of(TELLING), "ask", broken, later, exact=exact)
    with pytest.raises(Refused, match="sorry") as caught:
        wired.run()
    assert isinstance(caught.value.__cause__, KeyError)
    assert caught.value.__notes__ == ["in module 'm0', hook desk.ask"]
    assert later.calls == []
    assert outcomes_of(wired.receipts) == [("deny", "m0", "Refused: sorry")]
    assert steps_of(wired.receipt) == [
        "m0: failed, KeyError: 'ann'",
        "m1: not asked, because m0 denied",
    ]
    assert "it counts as a denial: KeyError" in caplog.text
    assert [timing.count for timing in wired.chain.timings] == [int(exact), 0]


def test_a_module_can_ask_for_its_failures_to_deny() -> None:
    """`on_error: deny` in the file means something for a `Notify` that has a denial."""
    rule = Notify(denial=lambda: Refused("sorry"))
    assert None is wire(hook_of(rule), "ask", broken).run()
    with pytest.raises(Refused):
        wire(hook_of(rule), "ask", given(broken, on_error="deny")).run()
    assert None is wire(hook_of(Notify()), "ask", given(broken, on_error="deny")).run()


def test_a_denial_stays_one_if_the_program_was_to_end() -> None:
    """A module that raises `SystemExit` has failed, too."""
    wired = wire(hook_of(TELLING), "ask", raising(SystemExit(3)))
    with pytest.raises(Refused) as caught:
        wired.run()
    assert isinstance(caught.value.__cause__, SystemExit)


@pytest.mark.parametrize("denial", [lambda: 1 / 0, lambda: "no exception"])
def test_a_denial_that_cannot_be_made_fails_the_call(denial: Any) -> None:
    """The host's mistake is raised, and the receipt says whose it is."""
    wired = wire(hook_of(Notify(on_error="deny", denial=denial)), "ask", broken, allow)
    with pytest.raises((ZeroDivisionError, TypeError)):
        wired.run()
    assert wired.receipt.outcome == "failed"
    assert wired.receipt.decider is None
    assert "raised by the host itself" in str(wired.receipt.reason)


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Leave the garbage collector, and what pytest keeps of log records, out of it."""
    logging.disable(logging.CRITICAL)
    gc.collect()
    gc.disable()
    yield
    gc.enable()
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("make", [Veto, Failure])
def test_what_is_raised_keeps_nothing_alive(make: type[Exception]) -> None:
    """A denial that was handled is gone at once, without the garbage collector."""
    made: list[weakref.ref[BaseException]] = []

    async def deny(author: str) -> None:
        error = make("no")
        made.append(weakref.ref(error))
        try:
            raise error
        finally:
            del error

    wired = wire(hook_of(TELLING), "ask", deny)
    try:
        wired.call("ann").send(None)
    except (Veto, Refused) as error:
        made.append(weakref.ref(error))
    assert [reference() for reference in made] == [None, None]

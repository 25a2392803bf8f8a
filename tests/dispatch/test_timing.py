from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit.dispatch import Timing
from hostkit.rules import Collect, Decision, FirstDenial, Merge, Notify
from hostkit.specs import Category, hookspec

from .fakes import (
    Comments,
    With,
    allow,
    broken,
    cancel,
    done,
    given,
    hook_of,
    nonsense,
    rude,
    saying,
    shadow,
    spam,
    wire,
)


class Ending(Category):
    @hookspec(FirstDenial())
    async def ask(self, author: str) -> Decision:
        """Called to be denied."""
        raise PermissionError


def counts(chain: Any) -> list[int]:
    """Tell how many times each callback of a chain was measured."""
    return [timing.count for timing in chain.chain.timings]


def test_a_mean_needs_something_measured() -> None:
    """The mean is the whole time divided by the number of calls, if there were any."""
    assert Timing("a.b", "m0", 4, 2.0).mean_seconds == 0.5
    assert None is Timing("a.b", "m0", 0, 0.0).mean_seconds


def test_timings_name_hook_and_module() -> None:
    """A chain has a timing for each callback, in its order, with nothing measured at first."""
    chain = wire(Comments, "check", allow, spam)
    assert chain.chain.timings == (
        Timing("comments.check", "m0", 0, 0.0),
        Timing("comments.check", "m1", 0, 0.0),
    )


def test_seconds_add_up() -> None:
    """Every measured call adds to the time of those it asked."""
    chain = wire(Comments, "check", allow, spam, rude, exact=True)
    seconds = []
    for _ in range(3):
        chain.run()
        seconds.append([timing.seconds for timing in chain.chain.timings])
    assert counts(chain) == [3, 3, 0]
    assert seconds[0][0] < seconds[1][0] < seconds[2][0] < 1
    assert seconds[2][2] == 0


@pytest.mark.parametrize(
    ("rule", "functions", "expected"),
    [
        (FirstDenial(), [allow, allow], [1, 1]),
        (FirstDenial(), [broken, allow], [1, 0]),
        (FirstDenial(), [allow, nonsense, allow], [1, 1, 0]),
        (FirstDenial(on_error="continue"), [broken, allow], [1, 1]),
        (FirstDenial(on_error="deny"), [nonsense, allow], [1, 0]),
        (FirstDenial(), [shadow(broken), shadow(spam), shadow(nonsense)], [1, 1, 1]),
        (Notify(), [broken, allow], [1, 1]),
        (Collect(), [saying(1), given(broken, on_error="continue")], [1, 1]),
        (Collect(read=int, on_error="fail"), [saying(1), saying("x"), saying(2)], [1, 1, 0]),
        (Merge(combine=sum, stop_at=1), [saying(0), saying(1), saying(2)], [1, 1, 0]),
        (Merge(combine=lambda answers: 1 / 0), [saying(1)], [1]),
    ],
)
def test_all_that_were_asked_are_measured(
    rule: Any, functions: list[Callable[..., Any] | With], expected: list[int]
) -> None:
    """However a call ends, those that were asked are counted and no others."""
    chain = wire(hook_of(rule), "ask", *functions, exact=True)
    with contextlib.suppress(Exception):  # how it ends is not what is tested
        chain.run()
    assert counts(chain) == expected


def test_a_raising_fallback_does_not_undo_the_measuring() -> None:
    """The callbacks before a fallback are counted, whatever comes of it."""
    chain = wire(Ending, "ask", allow, exact=True)
    with pytest.raises(PermissionError):
        chain.run()
    assert counts(chain) == [1]


@pytest.mark.parametrize("how", [given, shadow])
def test_a_cancelled_call_under_twisted_is_measured(how: Any) -> None:
    """Of a cancelled call only the callbacks before the cancelled one are measured."""
    waiting: Deferred[Any] = Deferred()
    chain = wire(Comments, "check", allow, how(lambda author: waiting), allow, exact=True)
    call = chain.start()
    call.cancel()
    assert isinstance(done(call), CancelledError)
    assert counts(chain) == [1, 0, 0]


async def test_a_cancelled_call_under_asyncio_is_measured() -> None:
    """It is the same for a cancelled task."""

    async def hang(author: str) -> Any:
        await asyncio.Event().wait()

    chain = wire(Comments, "check", allow, hang, allow, exact=True)
    task = asyncio.ensure_future(chain.call("ann"))
    await asyncio.sleep(0)
    await cancel(task)
    assert counts(chain) == [1, 0, 0]

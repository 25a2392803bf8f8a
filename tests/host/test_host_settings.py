"""What a config file says about a module, and under ``hostkit:``, and what comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit.dispatch import Outcome
from hostkit.errors import HookTimeoutError, ModuleFailedError
from hostkit.host import Host
from hostkit.rules import ALLOW, Deny
from hostkit.testing import Recorder

from .conftest import Comments, Failing, Words, fire, make_host


def test_a_shadow_module_is_asked_and_never_counts() -> None:
    """Its denial is recorded, the operation goes on."""
    host = make_host(
        {"module": Words, "config": {"word": "casino"}, "mode": "shadow", "name": "try"}
    ).build()
    assert fire(host.hooks[Comments].check_comment("ann", "casino")) is ALLOW
    (receipt,) = host.receipts
    assert (receipt.outcome, receipt.decider) == (Outcome.ALLOW, None)
    (step,) = receipt.steps
    assert (step.module, step.shadow, step.outcome) == ("try", True, Outcome.DENY)


@pytest.mark.parametrize(
    ("on_error", "expected"),
    [("deny", "module_failed"), ("continue", "banned"), ("default", None), ("fail", None)],
)
def test_the_file_says_what_a_failure_means(on_error: str, expected: str | None) -> None:
    """``on_error`` of a module goes before the rule's; ``default`` leaves it to the rule."""
    host = make_host(
        {"module": Failing, "on_error": on_error},
        {"module": Words, "config": {"word": "casino"}},
    ).build()
    call = host.hooks[Comments].check_comment("ann", "casino")
    if expected is None:
        with pytest.raises(ModuleFailedError, match="out of order"):
            fire(call)
    else:
        denial = fire(call)
        assert isinstance(denial, Deny)
        assert denial.code == expected


def test_the_file_limits_how_long_a_module_takes(clock: Clock) -> None:
    """``timeout`` ends a callback that waits too long, by the host's clock."""
    slow = Recorder(check_comment=lambda author, text: Deferred())
    host = make_host({**slow.entry, "timeout": "2s"}, clock=clock).build()
    results: list[Any] = []
    call = host.hooks[Comments].check_comment("ann", "hi")
    Deferred.fromCoroutine(call).addBoth(results.append)
    clock.advance(1.9)
    assert results == []
    clock.advance(0.2)
    assert results[0].check(ModuleFailedError) is ModuleFailedError
    assert isinstance(results[0].value.__cause__, HookTimeoutError)


def test_the_file_limits_the_receipts() -> None:
    """``receipts`` says how many are kept, the latest ones."""
    entry = {"module": Words, "config": {"word": "casino"}}
    host = make_host(entry, receipts=2).build()
    for author in ("ann", "ben", "cid"):
        fire(host.hooks[Comments].check_comment(author, "casino"))
    assert [receipt.reason for receipt in host.receipts] == ["banned: ben", "banned: cid"]


def test_exact_timing_measures_every_call() -> None:
    """``timing: exact`` needs no running host and leaves no call out."""
    host = make_host({"module": Words, "name": "words"}, timing="exact").build()
    for _ in range(3):
        fire(host.hooks[Comments].check_comment("ann", "hi"))
    (timing,) = host.timings
    assert (timing.hook, timing.module, timing.count) == ("comments.check_comment", "words", 3)


def test_sampled_timing_measures_some_calls(clock: Clock) -> None:
    """A running host measures the first call, and none before the interval is over."""

    async def run() -> None:
        host = make_host({"module": Words}, clock=clock)
        async with host:
            for _ in range(3):
                await host.hooks[Comments].check_comment("ann", "hi")
            assert [timing.count for timing in host.timings] == [1]
            clock.advance(1)
            await host.hooks[Comments].check_comment("ann", "hi")
            assert [timing.count for timing in host.timings] == [2]
        assert clock.getDelayedCalls() == []

    fire(run())


def test_a_failure_that_is_raised_names_where_the_module_is_listed(tmp_path: Path) -> None:
    """``on_error: raise`` gives the module's own exception, with a note to find it by."""
    path = tmp_path / "host.yaml"
    module = f"{Failing.__module__}.Failing"
    path.write_text(f"modules:\n- module: {module}\n  name: bad\n  on_error: raise\n")
    host = Host.from_file(path, categories=[Comments]).build()
    with pytest.raises(ValueError, match="out of order") as caught:
        fire(host.hooks[Comments].check_comment("ann", "hi"))
    assert caught.value.__notes__ == [
        f"in module 'bad', hook comments.check_comment (listed at {path}:2:3)"
    ]

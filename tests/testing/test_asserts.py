from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from hostkit import ALLOW, Deny, Host
from hostkit.testing import (
    Recorder,
    assert_allowed,
    assert_asked,
    assert_denied,
    assert_failed,
    build_host,
    run,
    watch_leaks,
)

from .shop import Comments, Words

HOOK = "comments.check_comment"


def make_host(*answers: Any) -> Host:
    """Build a host with the modules `m0`, `m1`, ... that have these answers."""
    recorders = [Recorder(name=f"m{n}", check_comment=each) for n, each in enumerate(answers)]
    return build_host(recorders, categories=[Comments])


def message_of(function: Callable[[], object]) -> list[str]:
    """Return the lines of an assertion's message, without ids and times."""
    with pytest.raises(AssertionError) as caught:
        function()
    text = re.sub(r"\(\d+\.\d+ ms\)", "(time)", str(caught.value))
    text = re.sub(r" +(modules\[)", r" \1", text)
    return re.sub(r"receipt [-\w]+: ", "", text).splitlines()


def test_a_call_is_allowed() -> None:
    """The trace is returned, of a call that runs here, or of one that was awaited."""
    host = make_host(ALLOW)
    assert assert_allowed(host.ask(HOOK, "ann")).result is ALLOW
    assert assert_allowed(run(host.ask(HOOK, "ann"))).result is ALLOW
    receipt = run(host.explain(HOOK, "ann"))
    assert assert_allowed(receipt) is receipt


def test_a_value_is_allowed() -> None:
    """Hooks that ask for a value deny nothing."""
    assert assert_allowed(make_host().ask("comments.find_title", "hi")).result is None


def test_a_call_that_is_not_allowed_shows_its_trace() -> None:
    """Each module with its answer, its time, and its place in the config."""
    host = make_host(ALLOW, Deny("spam", "no adverts"), ALLOW)
    assert message_of(lambda: assert_allowed(host.ask(HOOK, "ann"))) == [
        "expected that it is allowed, but it is not",
        "comments.check_comment: deny by m1 (spam: no adverts)",
        "  1. m0: continue (time) modules[0]",
        "  2. m1: deny, spam: no adverts (time) modules[1]",
        "  3. m2: not asked, because m1 denied modules[2]",
    ]


def test_a_receipt_of_a_host_that_is_gone() -> None:
    """Is shown without the places in its config."""
    receipt = attrs.evolve(run(make_host(ALLOW).explain(HOOK, "ann")), hook="comments.gone")
    assert message_of(lambda: assert_denied(receipt))[1:] == [
        "comments.gone: allow",
        "  1. m0: continue (time)",
    ]


def test_a_call_without_modules_shows_that() -> None:
    """There is no list of modules then."""
    lines = message_of(lambda: assert_denied(make_host().ask(HOOK, "ann")))
    assert lines[1:] == [
        "comments.check_comment: allow",
        "  no module listens to this hook",
    ]


def test_a_call_is_denied() -> None:
    """By a module with this name or class, with this code and reason."""
    recorder = Recorder(name="rude", check_comment=Deny("rude", "be nice"))
    host = build_host([Words, recorder], categories=[Comments])
    assert_denied(host.ask(HOOK, "ann", "casino"), by=Words, code="banned", reason="no casino")
    assert_denied(host.ask(HOOK, "ann", "casino"), by="tests.testing.shop.Words")
    assert_denied(host.ask(HOOK, "ann"), by=recorder, code="rude")
    assert_denied(host.ask(HOOK, "ann"))
    receipt = assert_denied(list(host.receipts)[-1], by="rude", code="rude", reason="be nice")
    assert receipt.decider == "rude"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"by": "m0"}, "expected that it is denied by 'm0', but 'm1' has denied it"),
        ({"by": Words}, "expected that it is denied by 'Words', but 'm1' has denied it"),
        (
            {"by": "m1", "code": "rude"},
            "expected that it is denied by 'm1' with the code 'rude', but the code is 'spam'",
        ),
        (
            {"reason": "why"},
            "expected that it is denied with the reason 'why', but the reason is 'no adverts'",
        ),
    ],
)
def test_a_call_is_denied_otherwise(wanted: dict[str, Any], expected: str) -> None:
    """The message says by what it was denied."""
    host = make_host(ALLOW, Deny("spam", "no adverts"))
    assert message_of(lambda: assert_denied(host.ask(HOOK, "ann"), **wanted))[0] == expected


def test_a_call_that_failed_is_not_denied() -> None:
    """Failed is neither allowed nor denied."""
    host = make_host(ValueError("out of order"))
    failed = run(host.ask(HOOK, "ann"))
    assert message_of(lambda: assert_denied(failed))[0] == (
        "expected that it is denied, but the outcome is 'failed'"
    )
    assert message_of(lambda: assert_allowed(failed))[0].startswith("expected that it is allowed")


def test_a_denial_may_be_raised() -> None:
    """A hook that cannot deny by its result denies by an exception."""
    host = build_host(
        [Recorder(name="m", on_posted=PermissionError("not here"))], categories=[Comments]
    )
    trace = run(host.ask("comments.on_posted", "hi"))
    assert assert_denied(trace, by="m", reason="not here").error is trace.error


def test_a_call_failed() -> None:
    """In this module, and in this way."""
    host = make_host(ALLOW, ValueError("out of order"))
    assert_failed(host.ask(HOOK, "ann"))
    assert_failed(host.ask(HOOK, "ann"), module="m1", outcome="failed")
    invalid = make_host(7)
    assert_failed(invalid.ask(HOOK, "ann"), outcome="invalid")


@pytest.mark.parametrize(
    ("answers", "wanted", "expected"),
    [
        ([ALLOW], {"module": "m0"}, "expected that module 'm0' failed, but the outcome is 'allow'"),
        ([ValueError()], {"module": "m1"}, "expected that module 'm1' failed, but it was 'm0'"),
        (
            [ValueError()],
            {"outcome": "timeout"},
            "expected that it failed with the outcome 'timeout', but the outcome is 'failed'",
        ),
    ],
)
def test_a_call_did_not_fail_so(answers: list[Any], wanted: dict[str, Any], expected: str) -> None:
    """The message says what it did."""
    host = make_host(*answers)
    assert message_of(lambda: assert_failed(host.ask(HOOK, "ann"), **wanted))[0] == expected


def test_calls_are_awaited_where_a_loop_runs() -> None:
    """A call cannot be run inside of a running event loop, and the error says what to write."""
    host = make_host(ALLOW)

    async def main() -> None:
        with pytest.raises(TypeError, match="await the call here"):
            assert_allowed(host.ask(HOOK, "ann"))
        with pytest.raises(TypeError, match="await the call here"):
            assert_allowed(asyncio.get_running_loop().create_future())
        assert_allowed(await host.ask(HOOK, "ann"))

    run(main())


def test_a_decision_does_not_know_how_it_came_about() -> None:
    """The error says what does."""
    decision: Any = Deny("spam")
    with pytest.raises(TypeError, match="a Deny does not know how it came about"):
        assert_denied(decision)


def test_modules_were_asked() -> None:
    """However they were called, and whatever came of it."""
    with watch_leaks():
        words, late = Recorder(name="words", check_comment=Deny("spam")), Recorder(Comments)
        host = build_host([words, late], categories=[Comments])
        run(host.hooks[Comments].check_comment("ann"))
        assert_asked("check_comment", modules=["words"], not_asked=[late])
        assert_asked(HOOK, modules=[words], not_asked=["recorder"])
        assert_asked(Comments.check_comment, modules=[words], host=host)
        assert_asked("check_now", not_asked=[late])


def test_modules_were_asked_otherwise() -> None:
    """The message says how often each module was asked."""
    with watch_leaks():
        host = make_host(Deny("spam"), ALLOW)
        run(host.ask(HOOK, "ann"))
        assert message_of(
            lambda: assert_asked("check_comment", modules=["m1"], not_asked=["m0"])
        ) == [
            "comments.check_comment: 'm1' was not asked; 'm0' was asked",
            "  m0: 1 time",
            "  m1: 0 times",
        ]


def test_misspelt_names_are_not_taken_for_silence() -> None:
    """A hook or a module that no host has would never be asked."""
    with watch_leaks():
        build_host(categories=[])
        make_host(ALLOW)
        with pytest.raises(LookupError, match="did you mean 'comments"):
            assert_asked("comments.check_coment", modules=["m0"])
        with pytest.raises(LookupError, match="hooks: comments"):
            assert_asked(7)
        with pytest.raises(LookupError, match="has the module 'm1'; modules: m0"):
            assert_asked("check_comment", not_asked=["m1"])


def test_a_host_that_does_not_count_says_so() -> None:
    """Its figures are those of some calls only."""
    host = build_host([Recorder(name="m")], categories=[Comments], timing="sampled")
    with pytest.raises(LookupError, match="does not count its calls"):
        assert_asked("check_comment", modules=["m"], host=host)

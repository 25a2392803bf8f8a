from __future__ import annotations

import inspect
import logging
import traceback
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit.dispatch import Sampler, current_module, keys_of
from hostkit.errors import HookTimeoutError, ModuleFailedError
from hostkit.rules import ALLOW

from .fakes import SPAM, done, given, outcomes_of, raising, run, saying, shadow
from .keyed import Logins, wire_by_key


@pytest.mark.parametrize("exact", [False, True])
def test_a_call_asks_the_callbacks_of_its_key(exact: bool) -> None:
    """Those of other keys are not asked; those of one key are asked in config order."""
    asked: list[str] = []

    def saying_so(name: str, answer: str | None) -> Any:
        async def check(user: str) -> str | None:
            asked.append(f"{name} {user}")
            return answer

        return check

    wired = wire_by_key(
        "check",
        ("pw", saying_so("first", None)),
        ("token", saying_so("second", "by token")),
        ("pw", saying_so("third", "by password")),
        exact=exact,
    )
    assert run(wired.call("ann", "pw")) == "by password"
    assert asked == ["first ann", "third ann"]
    assert run(wired.call(user="bob", kind="token")) == "by token"
    assert asked[2:] == ["second bob"]


@pytest.mark.parametrize("exact", [False, True])
def test_a_key_that_nobody_has_gives_the_default(exact: bool) -> None:
    """A call with an unknown key ends as if no module had an answer."""
    wired = wire_by_key("check", ("pw", saying("by password")), exact=exact)
    assert run(wired.call("ann", "token")) == "nobody"
    assert list(wired.receipts) == []


def test_a_default_of_the_argument_is_a_key() -> None:
    """Who leaves out the key of a call means the one in the hook's declaration."""
    wired = wire_by_key("check", ("pw", saying("by password")))
    assert run(wired.call("ann")) == "by password"
    assert wired.chain.parts[0] is wired.chain.select(["ann", "pw"])


def test_a_key_that_cannot_be_one_is_the_callers_mistake() -> None:
    """Nothing can be registered for a list, so a call with one has the wrong arguments."""
    wired = wire_by_key("check", ("pw", saying("by password")))
    with pytest.raises(TypeError, match="unhashable"):
        run(wired.call("ann", ["pw"]))
    with pytest.raises(TypeError, match="unhashable"):
        wired.chain.select(["ann", ["pw"]])
    with pytest.raises(TypeError, match="missing a required argument: 'user'"):
        wired.chain.spec.bind((), {})


@pytest.mark.parametrize("exact", [False, True])
def test_a_synchronous_hook_can_be_keyed(exact: bool) -> None:
    """Its calls give their values at once."""
    wired = wire_by_key("check_now", ("pw", lambda user, kind: f"{user} {kind}"), exact=exact)
    assert wired.call("ann", "pw") == "ann pw"
    assert wired.call("ann", "token") == "nobody"


@pytest.mark.parametrize("exact", [False, True])
def test_a_body_is_run_for_keys_that_nobody_has(exact: bool) -> None:
    """It gets the caller object and the arguments of the call, and is no module's code."""
    wired = wire_by_key("find", ("mail", saying_nothing), exact=exact)
    assert run(wired.call("ann", "phone")) == "logins finds ann by phone, None"
    assert run(wired.call("ann", "mail")) == "logins finds ann by mail, None"
    wired = wire_by_key("find_now", ("mail", lambda user, kind: None), exact=exact)
    assert wired.call("ann", kind="phone") == "logins finds ann by phone"


async def saying_nothing(user: str, kind: str) -> None:
    return None


def test_a_keyed_hook_is_false_if_nobody_listens() -> None:
    """A host can skip what it would prepare; a call gives the default all the same."""
    wired = wire_by_key("check")
    assert False is bool(wired.call)
    assert run(wired.call("ann", "pw")) == "nobody"
    assert keys_of(wired.call) == {}
    assert wired.chain.parts == ()
    assert True is bool(wire_by_key("check", ("pw", saying("yes"))).call)


def test_keys_stand_in_config_order() -> None:
    """A host can show which keys there are; modules in shadow mode add none."""
    wired = wire_by_key(
        "check",
        ("pw", saying(1)),
        ("new", shadow(saying(2))),
        ("key", saying(3)),
        ("pw", saying(4)),
    )
    keys = keys_of(wired.call)
    assert list(keys) == ["pw", "key"]
    with pytest.raises(TypeError):
        keys["other"] = None  # type: ignore[index]


def test_keys_belong_to_one_host() -> None:
    """Two hosts of a category do not share keys, and the declaration has none."""
    one = wire_by_key("check", ("pw", saying("one")))
    two = wire_by_key("check", ("pw", saying("two")), ("token", saying("two")))
    assert keys_of(one.call) == {"pw": None}
    assert keys_of(two.call) == {"pw": None, "token": None}
    assert keys_of(Logins.check) == {}
    assert run(one.call("ann", "token")) == "nobody"
    assert keys_of(one.caller.find) == {}


def test_a_keyed_hook_looks_like_its_declaration() -> None:
    """Help and signature are those of the method that declares it."""
    wired = wire_by_key("check", ("pw", saying("yes")))
    assert wired.call.__doc__ == "Called when a user logs in."
    assert inspect.signature(Logins.check) == inspect.signature(wired.chain.lean)


def test_the_module_that_runs_is_known() -> None:
    """`current_module` looks through the function that chooses by key."""

    async def check(user: str) -> str | None:
        return current_module()

    wired = wire_by_key("check", ("pw", saying(None)), ("pw", check))
    assert run(wired.call("ann")) == "m1"


def test_tracebacks_show_the_chain_of_the_key() -> None:
    """Chains of several keys are distinguished, so that a line is shown from the right one."""
    raising_twice = raising(KeyError("k"))
    wired = wire_by_key("check", ("pw", saying(None)), ("pw", raising_twice), ("z", raising_twice))
    with pytest.raises(ModuleFailedError) as caught:
        run(wired.call("ann", "pw"))
    (frame, *_) = traceback.extract_tb(caught.value.__cause__.__traceback__)  # type: ignore[union-attr]
    assert frame.filename.startswith("<hostkit logins.check for 'pw'")
    assert frame.line == "_answer = await _c1(user, kind)"


def test_policies_are_those_of_the_modules() -> None:
    """`on_error:` of a module holds for its callbacks of every key."""
    broken = raising(KeyError("k"))
    wired = wire_by_key(
        "check", ("pw", given(broken, on_error="continue")), ("pw", saying("ok")), ("z", broken)
    )
    assert run(wired.call("ann", "pw")) == "ok"
    with pytest.raises(ModuleFailedError, match="'m2'"):
        run(wired.call("ann", "z"))
    assert outcomes_of(wired.receipts) == [
        ("result", "m1", "'ok'"),
        ("failed", "m2", "KeyError: 'k'"),
    ]


def test_timeouts_hold_for_every_key(clock: Clock) -> None:
    """A callback that takes too long is cancelled, whichever key it is for."""
    waiting: Deferred[None] = Deferred()
    slow = given(lambda user: waiting, timeout_seconds=2, on_error="raise")
    wired = wire_by_key("check", ("a", saying("x")), ("b", slow), clock=clock)
    called = Deferred.fromCoroutine(wired.call("ann", "b"))
    clock.advance(2)
    assert isinstance(done(called), HookTimeoutError)
    assert waiting.called


def test_cancelling_a_call_reaches_the_callback() -> None:
    """A caller that gives up waiting for a keyed hook ends its callback; no module has failed."""
    waiting: Deferred[None] = Deferred()
    wired = wire_by_key("check", ("pw", saying(None)), ("pw", lambda user: waiting))
    called = Deferred.fromCoroutine(wired.call("ann"))
    called.cancel()
    assert type(done(called)).__name__ == "CancelledError"
    assert waiting.called
    assert list(wired.receipts) == []


def test_denials_name_only_modules_of_the_key() -> None:
    """A receipt has a step for each callback that the call was for."""
    wired = wire_by_key(
        "forbid", ("a", lambda u, k: ALLOW), ("b", lambda u, k: SPAM), ("a", lambda u, k: SPAM)
    )
    assert SPAM is run(wired.call("ann", "a"))
    (receipt,) = wired.receipts
    assert [step.module for step in receipt.steps] == ["m0", "m2"]
    assert (receipt.hook, receipt.key, receipt.decider) == ("logins.forbid", "a", "m2")
    assert "logins.forbid for a: deny by m2" in str(receipt)


def test_samples_are_taken_for_each_key(clock: Clock) -> None:
    """The first call of every key is measured, and then the first one in each interval."""
    wired = wire_by_key("check", ("a", saying("x")), ("b", saying("y")))
    sampler = Sampler([wired.chain], clock.callLater)
    sampler.start()
    for key in "aaab":
        run(wired.call("ann", key))
    assert [(each.module, each.count) for each in wired.chain.timings] == [("m0", 1), ("m1", 1)]
    clock.advance(1)
    run(wired.call("ann", "b"))
    sampler.stop()
    assert [timing.count for timing in wired.chain.timings] == [1, 2]


def test_exact_timing_measures_every_call() -> None:
    """With `timing: exact` there is nothing to arm."""
    wired = wire_by_key("check", ("a", saying("x")), ("b", saying("y")), exact=True)
    for key in "aab":
        run(wired.call("ann", key))
    assert [(each.key, each.count) for each in wired.chain.timings] == [("a", 2), ("b", 1)]


def test_shadow_modules_are_only_recorded(caplog: pytest.LogCaptureFixture) -> None:
    """Their answers never count, for keys that others have and for keys of their own."""
    caplog.set_level(logging.ERROR)
    wired = wire_by_key("check", ("pw", shadow(saying("no"))), ("pw", saying("yes")))
    assert run(wired.call("ann", "pw")) == "yes"
    assert run(wire_by_key("check", ("pw", shadow(saying("no")))).call("ann")) == "nobody"
    (receipt,) = wired.receipts
    assert list(map(str, receipt.steps)) == ["m0 [shadow]: result, 'no'", "m1: result, 'yes'"]


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return Clock()

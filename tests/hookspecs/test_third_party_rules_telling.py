"""The hooks by which modules learn what has happened."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from hookspecs import HomeserverError, ProfileInfo, ThirdPartyRules

from .answers import Spy, answering, raising
from .hosting import call, cancelling, chain_of, host_of
from .rooms import MESSAGE, STATE, HostsOwnError

IDENTIFIER = ("@ann:hs", "email", "ann@example.org")
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "on_new_event": (MESSAGE, STATE),
    "on_profile_update": ("@ann:hs", ProfileInfo(None, "Ann"), True, False),
    "on_user_deactivation_status_changed": ("@ann:hs", True, False),
    "on_threepid_bind": IDENTIFIER,
    "on_add_user_third_party_identifier": IDENTIFIER,
    "on_remove_user_third_party_identifier": IDENTIFIER,
}
every_hook = pytest.mark.parametrize("hook", ARGUMENTS)
BIND = "on_threepid_bind"


@every_hook
def test_nobody_need_listen(hook: str) -> None:
    """Without modules nothing happens, and the host can know that beforehand."""
    host = chain_of(ThirdPartyRules, hook)
    assert None is call(host, hook, *ARGUMENTS[hook])
    assert False is bool(getattr(host.hooks[ThirdPartyRules], hook))


@every_hook
@pytest.mark.parametrize("answer", [None, False, (False, None), 5])
def test_everybody_is_told(hook: str, answer: Any) -> None:
    """All get the arguments as they are, and what they return does not matter."""
    spies = [Spy(answer=answer), Spy(answer=answer)]
    host = chain_of(ThirdPartyRules, hook, *spies)
    assert None is call(host, hook, *ARGUMENTS[hook])
    assert [spy.calls for spy in spies] == [[ARGUMENTS[hook]]] * 2
    assert list(host.receipts) == []


@every_hook
@pytest.mark.parametrize(
    "error", [KeyError("x"), HomeserverError(403, "no"), HostsOwnError()], ids=repr
)
def test_whoever_fails_the_rest_are_told(
    hook: str, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """It has happened already: nobody can refuse it, and the log names module and hook."""
    spy = Spy()
    host = chain_of(ThirdPartyRules, hook, raising(error), spy, raising(error))
    caplog.clear()  # one of the hooks is deprecated
    assert None is call(host, hook, *ARGUMENTS[hook])
    assert spy.calls == [ARGUMENTS[hook]]
    assert [each.name for each in caplog.records] == ["hostkit.modules.a", "hostkit.modules.c"]
    start = f"failed in third_party_rules.{hook}, the next module is asked: {type(error).__name__}"
    for message in caplog.messages:
        assert message.startswith(start)


@every_hook
def test_a_cancelled_caller_does_not_keep_modules_from_being_notified(hook: str) -> None:
    """In the homeserver these hooks swallow it; here the caller gets it, the rest are notified."""
    spy = Spy()
    with pytest.raises(asyncio.CancelledError):
        call(chain_of(ThirdPartyRules, hook, cancelling, spy), hook, *ARGUMENTS[hook])
    assert spy.calls == [ARGUMENTS[hook]]


def test_only_the_old_name_for_adding_is_deprecated(caplog: pytest.LogCaptureFixture) -> None:
    """Who registers for it reads in the log what to do, once for each module."""
    callbacks = dict.fromkeys(ThirdPartyRules.hookspecs, answering(None))
    with caplog.at_level(logging.INFO):
        host_of(ThirdPartyRules, callbacks, callbacks)
    assert [each.name.removeprefix("hostkit.modules.") for each in caplog.records] == ["a", "b"]
    for message in caplog.messages:
        assert f"third_party_rules.{BIND}" in message
        assert message.endswith("register for on_add_user_third_party_identifier instead")


def test_the_category_has_these_hooks() -> None:
    """Twelve: five that are asked, one that may be refused by raising, and six that tell."""
    assert len(ThirdPartyRules.hookspecs) == 12
    assert list(ARGUMENTS) == list(ThirdPartyRules.hookspecs)[6:]

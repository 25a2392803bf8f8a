"""Modules that have an event replaced, and what the others see of it."""

from __future__ import annotations

import threading
from types import MappingProxyType
from typing import Any

import pytest

from hookspecs import (
    Codes,
    Event,
    HomeserverError,
    JsonDict,
    LegacyThirdPartyRules,
    ReplacedEvent,
    ThirdPartyRules,
)
from hostkit import ModuleFailedError

from .hosting import (
    Spy,
    answering,
    call,
    chain_of,
    host_of,
    outcomes_of,
    raising,
    receipt_of,
    wrong_in,
)
from .rooms import MESSAGE, STATE, TOPIC, FakeMessage, saying

HOOK = "check_event_allowed"
FULL_NAME = f"third_party_rules.{HOOK}"
ALLOWED = (True, None)
INVALID = [
    ({"room_id": "!other:hs"}, r"its room_id must stay '!room:hs', not become '!other:hs'"),
    ({"room_id": None}, r"its room_id must stay '!room:hs', not become None"),
    ({"type": "m.room.topic"}, r"its type must stay 'm.room.message'"),
    ({"state_key": ""}, r"its state_key must stay None, not become ''"),
    ({"sender": "@ann:away"}, r"its sender must stay a user of hs, not become '@ann:away'"),
    ({"sender": "@ann"}, r"its sender must stay a user of hs"),
    ({"sender": "ann:hs"}, r"its sender must stay a user of hs"),
    ({"sender": None}, r"its sender must stay a user of hs"),
    ({"sender": ["@ann:hs"]}, r"its sender must stay a user of hs"),
    ({"content": None}, r"it must have a content"),
    ({"content": "hi"}, r"it must have a content"),
    ({"content": {"lock": threading.Lock()}}, "JSON cannot represent"),
    ({"content": {1: "one"}}, "a JSON object has str keys"),
    ({"origin_server_ts": "soon"}, "its origin_server_ts is a number of milliseconds"),
    ({"origin_server_ts": True}, "its origin_server_ts is a number of milliseconds"),
]


def check(*callbacks: Any, event: Event = MESSAGE) -> Any:
    """Ask some modules whether an event is allowed."""
    return call(chain_of(ThirdPartyRules, HOOK, *callbacks), HOOK, event, STATE)


def replacing(fields: Any) -> Any:
    """Make a callback that allows an event with other fields."""
    return answering((True, fields))


@pytest.mark.parametrize("allowed", [True, None, 0])
def test_a_dict_replaces_the_event(allowed: Any) -> None:
    """The host gets what the module wants the event to be, whatever allows it."""
    assert check(answering((allowed, saying("ho")))) == (True, saying("ho"))


def test_later_modules_are_asked_about_the_replaced_event() -> None:
    """They see its fields in place of the old ones; earlier ones see both, one after the other."""
    before, after = Spy(answer=ALLOWED), Spy(answer=ALLOWED)
    result = check(before, replacing(saying("ho", sender="@bob:hs")), after)
    assert result == (True, saying("ho", sender="@bob:hs"))
    assert before.calls[0][0] is MESSAGE
    assert before.calls[1:] == after.calls
    ((event, state),) = after.calls
    assert state is STATE
    assert isinstance(event, ReplacedEvent)
    assert (event.sender, event.content) == ("@bob:hs", {"body": "ho"})


async def short(event: Event, _: Any) -> Any:
    """Refuse events with a long text."""
    return len(event.content["body"]) <= 20, None


async def expand(event: Event, _: Any) -> Any:
    """Write an abbreviation out."""
    return True, saying(event.content["body"].replace("hi", "hello, dear readers of this room"))


@pytest.mark.parametrize("order", [(short, expand), (expand, short)])
def test_a_limit_holds_whatever_the_order(order: tuple[Any, Any]) -> None:
    """In the homeserver, one that is listed before a rewriter never sees what it writes."""
    assert check(*order, event=FakeMessage(content={"body": "hi"})) == (False, None)
    assert check(*order, event=FakeMessage(content={"body": "ho"})) == (True, saying("ho"))


def test_a_decider_that_changes_what_was_agreed_fails() -> None:
    """It decided about the original, and has no more to say than yes or no."""

    async def sign(event: Event, _: Any) -> Any:
        replaced = isinstance(event, ReplacedEvent)
        return True, saying(event.content["body"] + ", ann") if replaced else None

    with pytest.raises(ModuleFailedError, match="changes again what was finally agreed"):
        check(sign, replacing(saying("ho")))


def test_a_decider_may_repeat_what_was_agreed() -> None:
    """An answer with the same fields changes nothing."""

    async def repeat(event: Event, _: Any) -> Any:
        return True, event.get_dict() if isinstance(event, ReplacedEvent) else None

    assert check(repeat, replacing(saying("ho"))) == (True, saying("ho"))


def test_the_host_keeps_its_own_event() -> None:
    """A call changes nothing but its result."""
    event = FakeMessage()
    check(replacing(saying("ho")), event=event)
    assert event == FakeMessage()


def test_the_last_replacement_wins() -> None:
    """Each module builds on what the one before it made."""

    async def shout(event: Event, _: Any) -> Any:
        return True, {**event.get_dict(), "content": {"body": event.content["body"] + "!"}}

    assert check(replacing(saying("ho")), shout, shout) == (True, saying("ho!!"))


def test_a_module_that_only_allows_keeps_the_replacement() -> None:
    """An answer without a dict takes nothing back."""
    assert check(replacing(saying("ho")), answering(ALLOWED)) == (True, saying("ho"))


def test_any_module_may_refuse_the_replaced_event() -> None:
    """In the homeserver no module after a replacement is asked; here the refusal is the result."""
    spy = Spy(answer=ALLOWED)
    host = chain_of(ThirdPartyRules, HOOK, replacing(saying("ho")), answering((False, None)), spy)
    assert call(host, HOOK, MESSAGE, STATE) == (False, None)
    assert spy.calls == []
    assert (receipt_of(host).outcome, receipt_of(host).decider) == ("deny", "b")


def test_a_refusal_by_exception_comes_after_a_replacement_too() -> None:
    """It goes to the caller as it is, and nothing is replaced."""
    error = HomeserverError(400, "no", Codes.BAD_JSON)
    with pytest.raises(HomeserverError) as caught:
        check(replacing(saying("ho")), raising(error))
    assert caught.value is error


def test_a_failure_after_a_replacement_is_a_failure() -> None:
    """The event is neither allowed nor refused."""
    with pytest.raises(ModuleFailedError):
        check(replacing(saying("ho")), raising(KeyError("x")))


@pytest.mark.parametrize(("change", "why"), INVALID)
def test_a_replacement_stays_the_same_event(change: JsonDict, why: str) -> None:
    """Room, type, state key and server do; else module and hook are named, and the call ends."""
    spy = Spy(answer=ALLOWED)
    host = chain_of(ThirdPartyRules, HOOK, replacing({**MESSAGE.get_dict(), **change}), spy)
    with pytest.raises(ModuleFailedError, match=why) as caught:
        call(host, HOOK, MESSAGE, STATE)
    assert (caught.value.module, caught.value.hook) == ("a", FULL_NAME)
    assert spy.calls == []
    assert wrong_in(host.receipts) == [(FULL_NAME, "a")]
    assert outcomes_of(receipt_of(host)) == ["invalid", "not asked"]


@pytest.mark.parametrize("name", ["room_id", "type", "sender", "content"])
def test_a_replacement_is_the_whole_event(name: str) -> None:
    """What is left out is not filled in."""
    fields = MESSAGE.get_dict()
    del fields[name]
    with pytest.raises(ModuleFailedError, match=f"{name}|content"):
        check(replacing(fields))


@pytest.mark.parametrize("key", ["other", None])
def test_state_stays_the_same_state(key: str | None) -> None:
    """The state key of an event that sets state can be neither changed nor taken away."""
    with pytest.raises(ModuleFailedError, match="its state_key must stay ''"):
        check(replacing({**TOPIC.get_dict(), "state_key": key}), event=TOPIC)


def test_the_file_may_have_wrong_replacements_refuse() -> None:
    """With ``on_error: deny`` the event is refused, by the module that wanted another one."""
    spy, wrong = Spy(answer=ALLOWED), replacing(saying("ho", type="m.room.topic"))
    host = chain_of(ThirdPartyRules, HOOK, wrong, spy, on_error="deny")
    assert call(host, HOOK, MESSAGE, STATE) == (False, None)
    assert spy.calls == []
    assert (receipt_of(host).outcome, receipt_of(host).decider) == ("deny", "a")


def test_a_module_that_may_fail_replaces_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """With ``on_error: continue`` a wrong replacement is logged, and the event stays as it was."""
    spy = Spy(answer=ALLOWED)
    wrong = replacing(saying("ho", type="m.room.topic"))
    host = chain_of(ThirdPartyRules, HOOK, wrong, spy, on_error="continue")
    assert call(host, HOOK, MESSAGE, STATE) == ALLOWED
    assert spy.calls[0][0] is MESSAGE
    assert "its type must stay 'm.room.message'" in caplog.text


def test_the_dict_of_a_module_may_change_later() -> None:
    """Neither later modules nor the host see it: what is stored is what was asked about."""
    fields = saying("ho")
    seen: list[Any] = []

    async def replace(*_: Any) -> Any:
        return True, fields

    async def look(event: Event, _: Any) -> Any:
        fields["content"]["body"] = "changed"
        fields["sender"] = "@bob:hs"
        seen.append((event.sender, event.get_dict()))
        return ALLOWED

    assert check(replace, look) == (True, saying("ho"))
    assert seen == [("@ann:hs", saying("ho"))]


def test_what_a_later_module_does_to_the_fields_stays_with_it() -> None:
    """It gets a copy by `get_dict`, and the content itself is read-only."""

    async def spoil(event: Any, _: Any) -> Any:
        event.get_dict()["content"].clear()
        with pytest.raises(TypeError, match="read-only"):
            event.content["body"] = "changed"
        return ALLOWED

    assert check(replacing(saying("ho")), spoil) == (True, saying("ho"))


def test_a_shadow_module_replaces_nothing() -> None:
    """What it would have made of the event is only recorded."""
    host = host_of(ThirdPartyRules, {HOOK: replacing(saying("ho"))}, mode="shadow")
    assert call(host, HOOK, MESSAGE, STATE) == ALLOWED
    (step,) = receipt_of(host).steps
    assert (step.shadow, step.outcome) == (True, "result")


def ask_legacy(*callbacks: Any) -> Any:
    """Ask modules of a host that has them in the homeserver's own way."""
    return call(chain_of(LegacyThirdPartyRules, HOOK, *callbacks), HOOK, MESSAGE, STATE)


def test_in_the_old_way_a_replacement_has_the_last_word() -> None:
    """No module after it is asked, so none can refuse."""
    spy = Spy(answer=(False, None))
    assert ask_legacy(answering(ALLOWED), replacing(saying("ho")), spy) == (True, saying("ho"))
    assert spy.calls == []


def test_in_the_old_way_all_else_is_the_same() -> None:
    """Refusals, wrong replacements and the hooks of the category are those of the new one."""
    assert ask_legacy(answering((False, None)), replacing(saying("ho"))) == (False, None)
    assert ask_legacy(answering(ALLOWED)) == ALLOWED
    with pytest.raises(ModuleFailedError, match="its type must stay"):
        ask_legacy(replacing(saying("ho", type="m.room.topic")))
    assert list(ThirdPartyRules.hookspecs) == list(LegacyThirdPartyRules.hookspecs)
    assert ThirdPartyRules.name == LegacyThirdPartyRules.name


def test_no_module_can_change_what_a_later_one_is_asked_about() -> None:
    """All are asked about what will be stored, whatever one of them tries."""

    async def hide(event: Any, state: Any) -> Any:
        for content in (event.content, event["content"]):
            with pytest.raises(TypeError, match="read-only"):
                content["body"] = "hidden"
        return ALLOWED

    spy = Spy(answer=ALLOWED)
    assert check(replacing(saying("ho")), hide, spy) == (True, saying("ho"))
    assert spy.calls[0][0].content == {"body": "ho"}


def test_read_only_contents_become_plain_ones() -> None:
    """A host's events may have mappings and tuples that cannot be changed."""
    content = MappingProxyType({"body": "ho", "more": MappingProxyType({"tags": ("a", "b")})})
    result = check(replacing(saying("ho", content=content)))
    assert result == (True, saying("ho", content={"body": "ho", "more": {"tags": ["a", "b"]}}))

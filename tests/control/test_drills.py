"""A drill: a canary in a running server denies one marked call, and is removed in every case."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from hostkit import ALLOW, Deny
from hostkit.testing import Recorder, build_host, capture_logs
from tests.control.controlled import Controlled
from tests.control.drilling import (
    PORTER,
    VALUE,
    ClosedError,
    Doors,
    begin,
    doors,
    leave,
    names,
    pass_time,
    result_of,
    running,
)


def test_one_marked_call_is_denied() -> None:
    """All others go on, and the client gets the receipt of the denial."""
    with doors() as host:
        drill = begin(host)
        assert drill.items == [{"ready": {"hook": "doors.may_enter", "argument": "who"}}]
        assert names(host) == ["hostkit-drill", "porter"]
        assert result_of(host.hooks[Doors].may_enter("ann")) is ALLOW
        denial = result_of(host.hooks[Doors].may_enter(VALUE))
        assert denial == Deny("hostkit_drill", f"a drill: who is {VALUE!r}")
        assert PORTER.calls_of("may_enter")[-1] == ("ann", 1)
        pass_time(drill)
        (_, item) = drill.items
        assert item["receipt"]["decider"] == "hostkit-drill"
        assert "2. porter: not asked, because hostkit-drill denied" in item["text"]
        leave(drill)


def test_the_canary_goes_with_its_client() -> None:
    """However that has ended; from that moment on nothing is denied."""
    with doors() as host:
        drill = begin(host)
        drill.request.left.callback(None)
        pass_time(drill)
        assert names(host) == ["porter"]
        (answer,) = drill.answers
        assert (answer["ok"], answer["ended"]) == (True, "left")
        assert result_of(host.hooks[Doors].may_enter(VALUE)) is ALLOW


def test_the_canary_goes_when_its_time_is_over() -> None:
    """Also if its client does not leave; what it was asked is counted."""
    with doors() as host:
        drill = begin(host, seconds=2)
        result_of(host.hooks[Doors].may_enter("ann"))
        pass_time(drill, 1.5)
        assert drill.answers == []
        pass_time(drill, 1)
        (answer,) = drill.answers
        assert (answer["ended"], answer["asked"], answer["denied"]) == ("time", 1, 0)
        assert answer["message"] == "the drill is over: its time is over"
        assert names(host) == ["porter"]


def test_a_reload_ends_it() -> None:
    """It reads the file, in which there is no canary."""
    with doors() as host:
        drill = begin(host)
        result_of(host.reload(build_host([PORTER], categories=[Doors]).file))
        pass_time(drill)
        (answer,) = drill.answers
        assert (answer["ok"], answer["ended"]) == (True, "reload")
        assert names(host) == ["porter"]


def test_it_is_shown_in_the_status() -> None:
    """While it goes on, with who has begun it."""
    with doors() as host:
        drill = begin(host)
        result_of(host.hooks[Doors].may_enter("ann"))
        request = drill.request
        assert drill.ask("status")["drill"] == {
            "hook": "doors.may_enter",
            "argument": "who",
            "by": "ann (uid 1000)",
            "asked": 1,
            "denied": 0,
        }
        request.left.callback(None)
        pass_time(drill)
        assert drill.ask("status")["drill"] is None


def test_it_is_in_the_log() -> None:
    """Its begin with who has begun it, and its end."""
    with doors() as host, capture_logs() as logs:
        leave(begin(host))
    began = f"calls of doors.may_enter are denied in which who is {VALUE!r}, by ann (uid 1000)"
    assert f"a drill has begun: {began}" in logs.messages
    assert logs.messages[-1] == "the drill is over, and its canary removed"


def test_what_was_switched_stays_switched() -> None:
    """A drill is a reload of the file as it is, and not as it was read."""
    with doors() as host:
        controlled = Controlled(host)
        controlled.reloader.open()
        controlled.ask("shadow", module="porter")
        arguments = {"hook": "may_enter", "value": VALUE, "seconds": 60, "argument": "who"}
        controlled.begin("drill", **arguments)
        request = controlled.request
        assert [each["module"] for each in controlled.ask("status")["switched"]] == ["porter"]
        request.left.callback(None)
        pass_time(controlled)
        assert names(host) == ["porter"]
        assert [each["module"] for each in controlled.ask("status")["switched"]] == ["porter"]


def test_there_is_one_at_a_time() -> None:
    """Two could be mistaken for each other; the other one goes on."""
    with doors() as host:
        drill = begin(host)
        first = drill.request
        answer = drill.ask("drill", hook="may_enter", value="x", seconds=1, argument="who")
        assert (answer["ok"], answer["message"]) == (
            False,
            "another drill goes on, by ann (uid 1000)",
        )
        assert names(host)[0] == "hostkit-drill"
        first.left.callback(None)
        pass_time(drill)
        arguments = {"hook": "may_knock", "value": VALUE, "seconds": 1, "argument": "where"}
        drill.begin("drill", **arguments)
        assert isinstance(host.hooks[Doors].may_knock("ann", VALUE), Deny)
        leave(drill)


@pytest.mark.parametrize(("hook", "outcome"), [("may_leave", "closed"), ("on_enter", ClosedError)])
def test_denials_are_of_the_hooks_own_kind(hook: str, outcome: Any) -> None:
    """What its callers do not know could not be honoured."""
    with doors() as host:
        drill = begin(host, hook)
        call = getattr(host.hooks[Doors], hook)
        result_of(call("ann"))
        if isinstance(outcome, type):
            with pytest.raises(outcome):
                result_of(call(VALUE))
        else:
            assert result_of(call(VALUE)) == outcome
        pass_time(drill)
        assert drill.items[1]["receipt"]["outcome"] == "deny"
        leave(drill)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"hook": "may_entr"}, "there is no hook 'may_entr': did you mean 'may_enter'?"),
        ({"hook": "on_leave"}, "nothing in it can be denied (Notify)"),
        ({"hook": "may_open"}, "it asks only the modules for one door"),
        ({"argument": "whom"}, "doors.may_enter has no argument 'whom': it has who, count"),
    ],
)
def test_what_cannot_be_drilled_is_refused(arguments: dict[str, Any], said: str) -> None:
    """With the reason; nothing is changed."""
    with doors() as host:
        (answer,) = begin(host, **arguments).answers
        assert not answer["ok"]
        assert said in answer["message"]
        assert names(host) == ["porter"]


def test_the_only_text_is_the_argument() -> None:
    """Where there are several, one has to be named."""
    with doors() as host:
        drill = begin(host, argument=None)
        assert drill.items[0]["ready"]["argument"] == "who"
        leave(drill)
        (answer,) = begin(host, "may_knock", argument=None).answers
        assert answer["message"] == (
            "name the argument of doors.may_knock that has the value: it has who, where"
        )


def test_a_server_that_is_busy_refuses() -> None:
    """As it does switches; and a module of that name is somebody's own."""
    with doors() as host:
        controlled = Controlled(host)
        arguments = {"hook": "may_enter", "value": VALUE, "seconds": 1, "argument": "who"}
        assert "try again" in controlled.ask("drill", **arguments)["message"]
        own = Recorder(name="hostkit-drill", may_enter=ALLOW)
        with running(build_host([own], categories=[Doors], clock=Clock())) as other:
            (answer,) = begin(other).answers
        assert answer["message"] == "there is a module 'hostkit-drill' already"


def test_denials_without_a_receipt_are_reported() -> None:
    """More may have been made since than are kept."""
    with doors(receipts=1) as host:
        drill = begin(host)
        result_of(host.hooks[Doors].may_enter(VALUE))
        host.hooks[Doors].may_knock("ann", "here")  # whose receipt is the one that is kept
        pass_time(drill, 2)
        assert drill.items[1:] == [
            {
                "receipt": None,
                "text": "doors.may_enter: deny by hostkit-drill, of which no receipt is kept",
            }
        ]
        leave(drill)

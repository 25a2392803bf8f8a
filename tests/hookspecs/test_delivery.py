"""`Federation` and `UnsignedFields`."""

from __future__ import annotations

import inspect
import logging
from collections import defaultdict
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from hookspecs import Federation, UnsignedFields
from hostkit import Host
from hostkit.errors import InvalidValueError
from hostkit.testing import run
from tests.dispatch.fakes import given, wire

from .hosting import HostError, Spy, answering, raising, registering, wrong_in

DELIVERED = "on_event_delivered_over_federation"


def test_a_delivery_may_have_no_listener() -> None:
    """Without modules nothing happens, and the host can know that beforehand."""
    chain = wire(Federation, DELIVERED)
    assert chain.run(object()) is None
    assert bool(chain.call) is False


def test_all_modules_are_notified_of_a_delivery() -> None:
    """Each module gets the event itself, and return values do not matter."""
    spies, event = [Spy(answer=1), Spy()], object()
    assert wire(Federation, DELIVERED, answering(5), *spies).run(event) is None
    assert [spy.calls for spy in spies] == [[(event,)]] * 2


def test_an_error_is_logged_and_the_rest_are_notified(caplog: pytest.LogCaptureFixture) -> None:
    """The event is delivered already, so no failure can change that."""
    spy, event = Spy(), object()
    assert wire(Federation, DELIVERED, raising(KeyError("x")), spy).run(event) is None
    assert spy.calls == [(event,)]
    assert caplog.messages == [
        f"failed in federation.{DELIVERED}, the next module is asked: KeyError: 'x'"
    ]


HOOK = "add_field_to_unsigned_callback"
FULL_NAME = f"add_extra_fields_to_unsigned_client_event.{HOOK}"
EVENT: Any = object()


def ask(*callbacks: Any) -> Any:
    """Ask for the fields of an event."""
    return wire(UnsignedFields, HOOK, *callbacks).run(EVENT)


def extend(unsigned: dict[str, Any], *callbacks: Any) -> Any:
    """Have the fields of an event added to those that the host has set."""
    return run(wire(UnsignedFields, HOOK, *callbacks).caller.extend_unsigned(EVENT, unsigned))


def test_modules_register_by_the_name_they_know() -> None:
    """The register method and its argument are called as in the homeserver."""
    module = registering(
        "add_extra_fields_to_unsigned_client_event",
        add_field_to_unsigned_callback=answering({"a": 1}),
    )
    host = Host.from_config({"modules": [{"module": module}]}, categories=[UnsignedFields]).build()
    hooks = host.hooks.add_extra_fields_to_unsigned_client_event
    assert run(hooks.add_field_to_unsigned_callback(EVENT)) == {"a": 1}
    assert run(host.hooks[UnsignedFields].extend_unsigned(EVENT, {"age": 5})) == {"a": 1, "age": 5}


def test_the_hosts_own_method_is_not_a_hook() -> None:
    """A module cannot register for what only the host calls."""
    assert list(UnsignedFields.hookspecs) == [HOOK]
    assert inspect.iscoroutinefunction(UnsignedFields.extend_unsigned)


def test_without_modules_the_fields_are_empty() -> None:
    """The host's own fields are all there are."""
    assert ask() == {}
    assert extend({"age": 5}) == {"age": 5}


def test_everybody_is_asked_about_the_event() -> None:
    """Different fields of all modules are put together."""
    spies = [Spy(answer={"a": 1}), Spy(answer={}), Spy(answer={"b": 2})]
    assert ask(*spies) == {"a": 1, "b": 2}
    assert [spy.calls for spy in spies] == [[(EVENT,)]] * 3


def test_the_module_listed_first_has_a_field() -> None:
    """Of two with one name, that of the later module is left out."""
    assert ask(answering({"a": 1}), answering({"a": 3, "b": 2})) == {"a": 1, "b": 2}


def test_the_hosts_fields_stay() -> None:
    """No module changes what the host has set, not even to a None of its own."""
    own = {"age": 5, "prev": None}
    assert extend(own, answering({"age": 6, "prev": 7, "a": 1})) == {"age": 5, "prev": None, "a": 1}
    assert own == {"age": 5, "prev": None}


def test_neither_sides_dict_is_changed() -> None:
    """Host and modules get new dicts, so both may keep theirs."""
    own, first, second = {"age": 5}, {"a": 1}, {"b": 2}
    result = extend(own, answering(first), answering(second))
    result["more"] = True
    assert (own, first, second) == ({"age": 5}, {"a": 1}, {"b": 2})


@pytest.mark.parametrize("fields", [MappingProxyType({"a": 1}), defaultdict(int, {"a": 1})])
def test_any_mapping_has_fields(fields: Any) -> None:
    """A frozen dict does, and one with a default adds only what is in it."""
    assert ask(answering(fields), answering({"b": 2})) == {"a": 1, "b": 2}


@pytest.mark.parametrize("answer", [None, 5, [("a", 1)], "a", {"a": 1, 2: 3}])
def test_an_answer_without_fields_is_skipped(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Such an answer is left out as a whole, and log and receipt name module and hook."""
    chain = wire(UnsignedFields, HOOK, answering(answer), answering({"b": 2}))
    assert chain.run(EVENT) == {"b": 2}
    assert wrong_in([chain.receipt]) == [(FULL_NAME, "m0")]
    detail = f"expected JsonDict, got {answer!r} (the fields are a dict with str keys)"
    assert chain.receipt.steps[0].detail == detail
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("hostkit.modules.m0", logging.WARNING)
    message = f"failed in {FULL_NAME}, the next module is asked: {detail}"
    assert record.getMessage() == message


def test_an_operator_can_have_wrong_fields_raise() -> None:
    """What the file says about a module holds for its wrong answers as for its exceptions."""
    spy = Spy()
    with pytest.raises(InvalidValueError, match=f"m0.*{FULL_NAME}"):
        ask(given(answering(5), on_error="raise"), spy)
    assert spy.calls == []


def test_an_error_goes_to_the_caller() -> None:
    """What a module raises comes as it is, and no further module is asked."""
    spy, error = Spy(), HostError(500, "M_X")
    with pytest.raises(HostError) as caught:
        ask(answering({"a": 1}), raising(error), spy)
    assert caught.value is error
    assert spy.calls == []


Fields = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9) | st.none(), max_size=4)


@for_all(Fields, st.lists(Fields | st.none() | st.just([]) | st.just({1: 2}), max_size=5))
def test_the_result_equals_a_model(unsigned: dict[str, Any], answers: list[Any]) -> None:
    """Each field is the host's, or else that of the first module which gives it."""
    expected = {}
    for key in "abcd":
        sources = [unsigned, *(answer for answer in answers if isinstance(answer, dict))]
        for source in sources:
            if key in source:
                expected[key] = source[key]
                break
    assert extend(unsigned, *map(answering, answers)) == expected

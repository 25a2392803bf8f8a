"""Invalidations on their way to other processes: which of them share a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit.caching import Invalidations, Outgoing
from hostkit.errors import InvalidationError
from hostkit.loops import settle, start_entry
from hostkit.messages import LONGEST_BYTES, Messages
from hostkit.testing import run
from tests.caching.test_invalidations import Counter, Wire


class SlowWire:
    """A channel that has taken a message when a test says so."""

    def __init__(self) -> None:
        self.gates: list[Deferred[None]] = []
        self.payloads: list[Any] = []
        self.messages = Messages(self)
        run(self.messages.open())

    async def open(self, receiver: Any) -> None:
        self.receiver = receiver

    async def send(self, data: bytes) -> None:
        self.payloads.append(self.receiver.read(data).payload)
        self.gates.append(Deferred())
        await settle(self.gates[-1])

    async def close(self) -> None:
        pass


def sending(
    outgoing: Outgoing, name: str, *keys: tuple[Any, ...]
) -> tuple[Deferred[Any], list[Any]]:
    """Send keys, and list what comes of it."""
    results: list[Any] = []
    running: Deferred[Any] = start_entry(outgoing.send(name, keys))
    running.addCallbacks(results.append, lambda failure: results.append(failure.value))
    return running, results


@pytest.fixture
def wire() -> Iterator[SlowWire]:
    """A channel, all of whose messages are taken in the end."""
    wire = SlowWire()
    yield wire
    for gate in wire.gates:
        if not gate.called:
            gate.callback(None)
    run(wire.messages.close())


def test_what_comes_while_a_message_is_sent_shares_the_next_one(wire: SlowWire) -> None:
    """The first goes at once; each caller waits for its own."""
    outgoing = Outgoing(wire.messages)
    results = [sending(outgoing, name, (number,))[1] for number, name in enumerate("aaba")]
    assert wire.payloads == [[["a", [[0]]]]]
    wire.gates[0].callback(None)
    assert wire.payloads[1:] == [[["a", [[1], [3]]], ["b", [[2]]]]]
    assert results == [[None], [], [], []]
    wire.gates[1].callback(None)
    assert results == [[None]] * 4


def test_full_messages_do_not_wait_for_each_other(wire: SlowWire) -> None:
    """Up to eight are on their way."""
    outgoing = Outgoing(wire.messages)
    results = sending(outgoing, "a", *((number,) for number in range(10_500)))[1]
    assert [len(payload[0][1]) for payload in wire.payloads] == [1000] * 8
    for at in range(11):
        wire.gates[at].callback(None)
    assert [len(payload[0][1]) for payload in wire.payloads] == [*[1000] * 10, 500]
    assert results == [None]


def test_nothing_is_sent_for_no_keys(wire: SlowWire) -> None:
    """And nothing is waited for."""
    assert sending(Outgoing(wire.messages), "a")[1] == [None]
    assert wire.payloads == []


def test_a_failure_is_for_those_whose_message_it_was(wire: SlowWire) -> None:
    """Later ones try again."""
    outgoing = Outgoing(wire.messages)
    first = sending(outgoing, "a", (1,))[1]
    second, third = sending(outgoing, "a", (2,))[1], sending(outgoing, "a", (3,))[1]
    wire.gates[0].callback(None)
    wire.gates[1].errback(error := OSError("cut"))
    assert (first, second, third) == ([None], [error], [error])
    fourth = sending(outgoing, "a", (4,))[1]
    wire.gates[2].callback(None)
    assert fourth == [None]


def test_a_cancelled_caller_takes_nothing_with_it(wire: SlowWire) -> None:
    """Others share its message, and its own entry is stale as well."""
    outgoing = Outgoing(wire.messages)
    sending(outgoing, "a", (1,))
    cancelled, results = sending(outgoing, "a", (2,))
    other = sending(outgoing, "a", (3,))[1]
    cancelled.cancel()
    wire.gates[0].callback(None)
    wire.gates[1].callback(None)
    assert wire.payloads[1] == [["a", [[2], [3]]]]
    assert (type(results[0]), other) == (CancelledError, [None])


def test_what_is_too_long_for_a_message_is_split(wire: SlowWire) -> None:
    """By functions, then by keys; a single key that is too long stands for all entries."""
    outgoing = Outgoing(wire.messages)
    sending(outgoing, "a", (0,))
    third, whole = ("x" * (LONGEST_BYTES // 3),), ("x" * LONGEST_BYTES,)
    results = [sending(outgoing, "a", third, third, third)[1], sending(outgoing, "b", whole)[1]]
    for at in range(4):
        wire.gates[at].callback(None)
    sent = [(name, keys and len(keys)) for ((name, keys),) in wire.payloads]
    assert sent == [("a", 1), ("a", 1), ("a", 2), ("b", None)]
    assert results == [[None], [None]]


def test_the_end_of_the_event_loop_fails_what_is_on_its_way(wire: SlowWire) -> None:
    """Whatever waits is not left waiting."""
    outgoing = Outgoing(wire.messages)
    results = sending(outgoing, "a", (1,))[1]
    wire.gates[0].cancel()
    assert str(results[0]) == "the event loop has ended"


def test_many_entries_are_dropped_in_one_call() -> None:
    """Here and elsewhere; if one of them is not a key, none is."""
    wire, counters = Wire(), [Counter(), Counter()]
    links = [Messages(wire) for _ in counters]
    processes = [Invalidations(messages) for messages in links]
    for messages, invalidations, counter in zip(links, processes, counters, strict=True):
        run(messages.open())
        invalidations.add("m", counter.first)
        for key in "abc":
            run(counter.first(key))
    wrong: Any = [("a",), "b"]
    with pytest.raises(TypeError, match="a key is a tuple"):
        run(processes[0].invalidate_many("m", counters[0].first, wrong))
    run(processes[0].invalidate_many("m", counters[0].first, [("a",), ("b",)]))
    assert len(wire.sent) == 1
    for counter in counters:
        assert [run(counter.first(key)) for key in "abc"] == [4, 5, 3]
    wire.is_cut = True
    with pytest.raises(InvalidationError, match="cut"):
        run(processes[0].invalidate_many("m", counters[0].first, [("a",)]))
    for messages in links:
        run(messages.close())

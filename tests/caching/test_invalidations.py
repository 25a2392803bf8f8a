"""Dropping entries here and elsewhere, over a channel in memory."""

from __future__ import annotations

import copy
import gc
import logging
from typing import Any, cast

import pytest

from hostkit import cached
from hostkit.caching import Invalidations
from hostkit.errors import HostkitError, InvalidationError
from tests.dispatch.fakes import run


class Counter:
    """Counts how often each of its methods is asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    @cached()
    async def first(self, key: Any) -> int:
        self.asked.append(key)
        return len(self.asked)

    @cached()
    async def second(self, key: Any) -> int:
        self.asked.append(key)
        return len(self.asked)


class Wire:
    """A channel that delivers at once to all of its users, unless it is cut."""

    def __init__(self) -> None:
        self.listening: list[Invalidations] = []
        self.is_cut = False
        self.sent: list[str] = []

    async def open(self, invalidations: Invalidations) -> None:
        self.listening.append(invalidations)

    async def send(self, text: str) -> None:
        if self.is_cut:
            raise OSError("cut")
        self.sent.append(text)
        for each in self.listening:
            each.receive(text)

    async def close(self) -> None:
        self.listening.clear()


def processes(wire: Wire, count: int = 2, module: str = "names") -> list[tuple[Any, Counter]]:
    """Set up processes on one wire, each with a counter that is registered."""
    found = []
    for _ in range(count):
        invalidations, counter = Invalidations(wire), Counter()
        run(invalidations.open())
        invalidations.add(module, counter.first)
        found.append((invalidations, counter))
    return found


def test_without_a_channel_an_entry_is_dropped_here() -> None:
    """Opening and closing do nothing then."""
    invalidations, counter = Invalidations(), Counter()
    invalidations.add("names", counter.first)
    run(invalidations.open())
    assert [run(counter.first("a")), run(counter.first("a"))] == [1, 1]
    run(invalidations.invalidate("names", counter.first, ("a",)))
    assert run(counter.first("a")) == 2
    run(invalidations.close())


def test_an_entry_is_dropped_everywhere() -> None:
    """Other entries stay, here and there."""
    (here, one), (_, other) = processes(Wire())
    for counter in (one, other):
        run(counter.first("a"))
        run(counter.first("b"))
    run(here.invalidate("names", one.first, ("a",)))
    for counter in (one, other):
        assert [run(counter.first("a")), run(counter.first("b"))] == [3, 2]


def test_a_closed_process_receives_nothing() -> None:
    """Closing ends listening on the channel."""
    wire = Wire()
    ((here, _),) = processes(wire, 1)
    assert wire.listening == [here]
    run(here.close())
    assert wire.listening == []


def test_nothing_is_dropped_twice_here() -> None:
    """A process ignores its own messages: what is computed anew stays."""
    wire = Wire()
    ((here, counter),) = processes(wire, 1)

    async def main() -> None:
        await counter.first("a")
        dropping = here.invalidate("names", counter.first, ("a",))
        await dropping
        assert await counter.first("a") == 2
        here.receive(wire.sent[0])
        assert await counter.first("a") == 2

    run(main())


def test_names_that_are_not_registered_are_ignored() -> None:
    """Neither other modules nor other methods are concerned."""
    wire = Wire()
    ((here, one),) = processes(wire, 1)
    ((_, other),) = processes(wire, 1, "other")
    run(one.first("a"))
    run(other.first("a"))
    run(other.second("a"))
    run(here.invalidate("names", one.first, ("a",)))
    assert [run(other.first("a")), run(other.second("a"))] == [1, 2]


def test_all_objects_of_a_module_are_reached() -> None:
    """Two helpers with the same method share its name, and both drop the entry."""
    invalidations, one, other = Invalidations(), Counter(), Counter()
    for counter in (one, other):
        invalidations.add("names", counter.first)
        run(counter.first("a"))
    run(invalidations.invalidate("names", one.first, ("a",)))
    assert [run(one.first("a")), run(other.first("a"))] == [2, 2]


class Others:
    """Has a method of the same name as another class, with another key."""

    @cached()
    async def first(self, key: Any, more: Any) -> int:
        raise NotImplementedError


cast("Any", Others.first).__qualname__ = "Counter.first"


def test_methods_of_one_name_are_independent() -> None:
    """Such as that of a version of the class from before a reload."""
    wire = Wire()
    (here, one), (_, other) = processes(wire)
    others = Others()
    here.add("names", others.first)
    for counter in (one, other):
        run(counter.first("a"))
    run(here.invalidate("names", one.first, ("a",)))
    assert [run(one.first("a")), run(other.first("a"))] == [2, 2]


def test_forked_processes_have_names_of_their_own() -> None:
    """The sender of a process is chosen when it listens, not when the host is built."""
    one = Invalidations(Wire())
    other = copy.copy(one)
    for each in (one, other):
        run(each.open())
    assert one._sender != other._sender


def test_functions_are_held_weakly() -> None:
    """A module that has gone is not kept alive by its registration."""
    invalidations, counter = Invalidations(), Counter()
    invalidations.add("names", counter.first)
    assert invalidations.knows("names", counter.first)
    other = Counter()
    assert not invalidations.knows("names", other.first)
    assert not invalidations.knows("others", counter.first)
    functions = invalidations._functions["names/Counter.first"]
    del counter
    gc.collect()
    assert len(functions) == 0


def test_a_wrong_key_drops_nothing() -> None:
    """It is refused before anything is dropped or sent."""
    wire = Wire()
    ((here, counter),) = processes(wire, 1)
    run(counter.first("a"))
    for wrong in ("a", (b"a",), ("a", "b"), (float("nan"),), (10**5000,)):
        with pytest.raises(TypeError):
            run(here.invalidate("names", counter.first, wrong))
    assert (run(counter.first("a")), wire.sent) == (1, [])


def test_a_message_that_cannot_be_sent_is_an_error() -> None:
    """Other processes may still have the entry; here it is dropped."""
    wire = Wire()
    (here, one), (_, other) = processes(wire)
    run(one.first("a"))
    run(other.first("a"))
    wire.is_cut = True
    with pytest.raises(InvalidationError, match="module 'names': other processes") as caught:
        run(here.invalidate("names", one.first, ("a",)))
    assert (
        caught.value.module,
        caught.value.function,
        caught.value.reason,
    ) == ("names", "Counter.first", "cut")
    assert isinstance(caught.value, HostkitError)
    assert isinstance(caught.value.__cause__, OSError)
    assert [run(one.first("a")), run(other.first("a"))] == [2, 1]


@pytest.mark.parametrize(
    "text",
    [b"\xff", "nonsense"],
)
def test_an_invalid_message_is_logged(text: str | bytes, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is raised, and nothing else changes."""
    ((here, counter),) = processes(Wire(), 1)
    run(counter.first("a"))
    with caplog.at_level(logging.WARNING):
        here.receive(text)
    assert run(counter.first("a")) == 1
    (record,) = caplog.records
    assert "another process sent an invalid message: " in record.getMessage()


@pytest.mark.parametrize("key", ["[]", '["a", "b"]', "[{}]"])
def test_an_unknown_key_drops_all_entries_of_the_method(
    key: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The other process may have another version of the module, with other keys."""
    ((here, counter),) = processes(Wire(), 1)
    here.add("names", counter.second)
    assert [run(counter.first("a")), run(counter.second("a"))] == [1, 2]
    here.receive(f'[1, "else", "names/Counter.first", {key}]')
    assert [run(counter.first("a")), run(counter.second("a"))] == [3, 2]
    (record,) = caplog.records
    assert (
        "which is not a key here; all entries of names/Counter.first were dropped"
        in record.getMessage()
    )


def test_everything_can_be_dropped() -> None:
    """Of all functions of all modules."""
    ((here, counter),) = processes(Wire(), 1)
    here.add("others", counter.second)
    assert [run(counter.first("a")), run(counter.second("a"))] == [1, 2]
    here.drop_all()
    assert [run(counter.first("a")), run(counter.second("a"))] == [3, 4]

"""Dropping entries here and elsewhere, over a channel in memory."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from typing import Any, cast

import pytest

from hostkit import cached
from hostkit.caching import Invalidations
from hostkit.errors import HostkitError, InvalidationError
from hostkit.messages import LONGEST_BYTES, Messages, Receiver
from hostkit.testing import run


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
    """Carries messages to all that listen, at once, unless it is cut."""

    def __init__(self) -> None:
        self.listening: list[Receiver] = []
        self.is_cut = False
        self.sent: list[bytes] = []

    async def open(self, receiver: Receiver) -> None:
        self.listening.append(receiver)

    async def send(self, data: bytes) -> None:
        if self.is_cut:
            raise OSError("cut")
        self.sent.append(data)
        for each in self.listening:
            message = each.read(data)
            assert message is not None
            each.receive(message)

    async def close(self) -> None:
        pass


LINKS: list[Messages] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Close what a test has opened, so that nothing is sent later."""
    yield
    while LINKS:
        run(LINKS.pop().close())


def processes(
    wire: Wire, count: int = 2, module: str = "names"
) -> list[tuple[Invalidations, Counter]]:
    """Set up processes on one wire, each with a counter that is registered."""
    found = []
    for _ in range(count):
        LINKS.append(messages := Messages(wire))
        invalidations, counter = Invalidations(messages), Counter()
        run(messages.open())
        invalidations.add(module, counter.first)
        found.append((invalidations, counter))
    return found


def test_without_a_channel_an_entry_is_dropped_here() -> None:
    """There are no other processes to notify."""
    invalidations, counter = Invalidations(), Counter()
    invalidations.add("names", counter.first)
    assert [run(counter.first("a")), run(counter.first("a"))] == [1, 1]
    run(invalidations.invalidate("names", counter.first, ("a",)))
    assert run(counter.first("a")) == 2


def test_an_entry_is_dropped_everywhere() -> None:
    """Other entries stay, here and there."""
    (here, one), (_, other) = processes(Wire())
    for counter in (one, other):
        run(counter.first("a"))
        run(counter.first("b"))
    run(here.invalidate("names", one.first, ("a",)))
    for counter in (one, other):
        assert [run(counter.first("a")), run(counter.first("b"))] == [3, 2]


def test_nothing_is_dropped_twice_here() -> None:
    """A process ignores its own messages: what is computed anew stays."""
    wire = Wire()
    ((here, counter),) = processes(wire, 1)

    async def main() -> None:
        await counter.first("a")
        await here.invalidate("names", counter.first, ("a",))
        assert await counter.first("a") == 2
        (receiver,) = wire.listening
        message = receiver.read(wire.sent[0])
        assert message is not None
        receiver.receive(message)
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
    wrong: Any
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

    async def fail() -> InvalidationError:
        with pytest.raises(InvalidationError, match="module 'names': other processes") as caught:
            await here.invalidate("names", one.first, ("a",))
        return caught.value

    error = run(fail())
    assert (error.module, error.function, error.reason) == ("names", "Counter.first", "cut")
    assert isinstance(error, HostkitError)
    assert isinstance(error.__cause__, OSError)
    assert [run(one.first("a")), run(other.first("a"))] == [2, 1]


def test_a_key_that_is_too_long_drops_all_entries_elsewhere() -> None:
    """So nothing stale is left, and nothing has to fail."""
    wire = Wire()
    (here, one), (_, other) = processes(wire)
    for counter in (one, other):
        run(counter.first("a"))
    run(here.invalidate("names", one.first, ("x" * LONGEST_BYTES,)))
    assert [run(one.first("a")), run(other.first("a"))] == [1, 2]
    assert [len(each) < 1000 for each in wire.sent] == [True]


@pytest.mark.parametrize("payload", [None, [["names/Counter.first", "a"]]])
def test_what_is_not_an_invalidation_is_refused(payload: Any) -> None:
    """What is done about it is for the messages to decide."""
    ((here, counter),) = processes(Wire(), 1)
    run(counter.first("a"))
    with pytest.raises(ValueError, match=r"not an? .*invalidation"):
        here.receive(payload)
    assert run(counter.first("a")) == 1


@pytest.mark.parametrize("key", [[], ["a", "b"], [{}]])
def test_an_unknown_key_drops_all_entries_of_the_method(
    key: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    """The other process may have another version of the module, with other keys."""
    ((here, counter),) = processes(Wire(), 1)
    here.add("names", counter.second)
    assert [run(counter.first("a")), run(counter.second("a"))] == [1, 2]
    for _ in range(2):
        here.receive([["names/Counter.first", [["a"], key]]])
    assert [run(counter.first("a")), run(counter.second("a"))] == [3, 2]
    (record,) = caplog.records
    assert (
        "which is not a key here; all entries of names/Counter.first were dropped"
        in record.getMessage()
    )


def test_a_forged_key_is_not_logged_whole(caplog: pytest.LogCaptureFixture) -> None:
    """Nor with what would be more than one line, or would change the colours of a terminal."""
    ((here, counter),) = processes(Wire(), 1)
    assert run(counter.first("a")) == 1
    here.receive([["names/Counter.first", [["\x1b[31m\n" + "x" * 10**7, 1]]]])
    (record,) = caplog.records
    assert len(record.getMessage()) < 500
    assert record.getMessage().isprintable()


def test_what_is_computed_at_that_moment_is_not_cached() -> None:
    """It may have been read before the change that nobody has heard of."""

    class Slow:
        def __init__(self) -> None:
            self.gate: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        @cached()
        async def find(self) -> int:
            return await self.gate

    async def main() -> None:
        invalidations, slow = Invalidations(), Slow()
        invalidations.add("names", slow.find)
        stale = asyncio.create_task(slow.find())
        await asyncio.sleep(0)
        invalidations.catch_up()
        slow.gate.set_result(1)
        assert await stale == 1
        slow.gate = asyncio.get_running_loop().create_future()
        slow.gate.set_result(2)
        assert await slow.find() == 2

    run(main())


def test_everything_can_be_dropped() -> None:
    """Of all functions of all modules."""
    ((here, counter),) = processes(Wire(), 1)
    here.add("others", counter.second)
    assert [run(counter.first("a")), run(counter.second("a"))] == [1, 2]
    here.catch_up()
    assert [run(counter.first("a")), run(counter.second("a"))] == [3, 4]

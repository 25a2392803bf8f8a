"""Whether caches are right in the end, whatever happens to messages between processes."""

from __future__ import annotations

import attrs
from hypothesis import given
from hypothesis import strategies as st

from hostkit.messages import MOST_SENDERS, Message, Order, Senders


class Time:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@attrs.define
class Sender:
    """Numbers messages as `Messages` does."""

    time: Time
    name: str
    number: int = 0
    last: float = 0.0

    def next(self) -> Message:
        quiet = self.time.now - self.last if self.number else 0.0
        self.number, self.last = self.number + 1, self.time.now
        return Message(self.name, None, self.number, self.time.now, quiet, "k", None)


def setup() -> tuple[Time, Senders, Sender]:
    time = Time()
    return time, Senders(time), Sender(time, "a")


def test_messages_in_order_are_next() -> None:
    """From the first on."""
    _, senders, sender = setup()
    assert [senders.judge(sender.next()) for _ in range(3)] == [Order.NEXT] * 3


def test_a_missing_message_is_a_gap() -> None:
    """Also the first; and what comes late after all is old."""
    _, senders, sender = setup()
    first, second, third, fourth = (sender.next() for _ in range(4))
    assert senders.judge(second) is Order.AFTER_GAP
    assert senders.judge(first) is Order.REPEATED
    assert senders.judge(fourth) is Order.AFTER_GAP
    assert senders.judge(third) is Order.REPEATED


def test_recorded_messages_are_repeated() -> None:
    """They do not count, and take nothing back."""
    _, senders, sender = setup()
    first, second, third = (sender.next() for _ in range(3))
    orders = [senders.judge(each) for each in (first, second, first, second, third)]
    assert orders == [Order.NEXT, Order.NEXT, Order.REPEATED, Order.REPEATED, Order.NEXT]


def test_what_was_sent_before_is_not_missing() -> None:
    """A process that has just begun to listen, or does again, is not made to catch up by each."""
    time, senders, sender = setup()
    known = Sender(time, "b")
    assert senders.judge(known.next()) is Order.NEXT
    for each in (sender, known):
        each.next()
    time.now += 1
    senders.restart()
    time.now += 5
    assert [senders.judge(each.next()) for each in (sender, known)] == [Order.NEXT] * 2


def test_what_was_sent_since_is_missing() -> None:
    """Although nothing of that sender has arrived yet."""
    time, senders, sender = setup()
    sender.next()
    time.now += 1
    senders.restart()
    time.now += 5
    sender.next()
    time.now += 5
    assert senders.judge(sender.next()) is Order.AFTER_GAP


def test_the_number_of_senders_is_bounded() -> None:
    """Anyone could make them up; the one that was silent longest is forgotten."""
    time, senders, sender = setup()
    others = [Sender(time, f"x{number}") for number in range(MOST_SENDERS)]
    assert senders.judge(sender.next()) is Order.NEXT
    for each in others:
        senders.judge(each.next())
    assert senders.judge(sender.next()) is Order.AFTER_GAP
    orders = [senders.judge(each.next()) for each in reversed(others)]
    assert orders == [Order.NEXT] * (MOST_SENDERS - 1) + [Order.AFTER_GAP]


@attrs.define
class Reader:
    """A process with a cache of a database, which is emptied as hostkit does it."""

    senders: Senders
    inbox: list[tuple[str, Message]]
    cache: dict[str, int] = attrs.field(factory=dict)

    def take(self, at: int) -> None:
        key, message = self.inbox.pop(at)
        order = self.senders.judge(message)
        if order is Order.AFTER_GAP:
            self.cache.clear()
        if order is not Order.REPEATED:
            self.cache.pop(key, None)


class Cluster:
    """A database, two processes that write to it, and two that cache what is in it."""

    def __init__(self) -> None:
        self.time = Time()
        self.data = {"x": 0, "y": 0}
        self.readers = [Reader(Senders(self.time), []) for _ in range(2)]
        self.writers = [Sender(self.time, name) for name in "ab"]

    def write(self, which: int, key: str, copies: int = 1) -> None:
        self.data[key] = self.data.get(key, 0) + 1
        message = self.writers[which].next()
        for reader in self.readers:
            reader.inbox += [(key, message)] * copies

    def lose(self, which: int, key: str) -> None:
        self.write(which, key, 0)

    def double(self, which: int, key: str) -> None:
        self.write(which, key, 2)

    def take(self, which: int, _: str, at: int = 0) -> None:
        if self.readers[which].inbox:
            self.readers[which].take(at)

    def late(self, which: int, key: str) -> None:
        self.take(which, key, -1)

    def look(self, which: int, key: str) -> None:
        self.readers[which].cache.setdefault(key, self.data[key])

    def restart(self, which: int, _: str) -> None:
        self.readers[which].inbox.clear()
        self.readers[which].senders.restart()
        self.readers[which].cache.clear()

    def wait(self, _: int, __: str) -> None:
        self.time.now += 30


NAMES = ["write", "lose", "double", "take", "late", "look", "restart", "wait"]


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 1), st.sampled_from("xy"))))
def test_nothing_stays_stale(steps: list[tuple[str, int, str]]) -> None:
    """Messages are lost, doubled and reordered, and processes lose their connection.

    When each writer has got one more message through, no process has a value that is out of date.
    """
    cluster = Cluster()
    for name, which, key in (*steps, ("write", 0, "-"), ("write", 1, "-")):
        cluster.time.now += 0.25
        getattr(cluster, name)(which, key)
    for reader in cluster.readers:
        while reader.inbox:
            reader.take(0)
        assert reader.cache.items() <= cluster.data.items()

"""Messages that wait for the event loop, within bounds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from hostkit.messages import MOST_BYTES, MOST_MESSAGES, Inbox, Message


class Program:
    """An event loop, and what has arrived there."""

    def __init__(self) -> None:
        self.calls: deque[Callable[[], Any]] = deque()
        self.events: list[Any] = []
        self.inbox = Inbox(self, self.calls.append)

    def turn(self) -> None:
        self.calls.popleft()()

    def run(self) -> None:
        while self.calls:
            self.turn()

    def read(self, data: bytes) -> Message | None:
        return Message("a", None, 1, 0.0, 0.0, "k", data[:9]) if data != b"garbage" else None

    def receive(self, message: Message) -> None:
        self.events.append(message.payload)

    def restart(self) -> None:
        self.events.append("restart")

    def overflow(self) -> None:
        self.events.append("overflow")


def test_messages_arrive_in_order() -> None:
    """The event loop is called once for all that wait, and not for what is refused."""
    program = Program()
    program.inbox.put(b"garbage")
    assert len(program.calls) == 0
    for data in (b"1", b"2"):
        program.inbox.put(data)
    assert len(program.calls) == 1
    program.run()
    assert program.events == [b"1", b"2"]


def test_the_event_loop_does_other_things_in_between() -> None:
    """After a hundred messages."""
    program = Program()
    for number in range(150):
        program.inbox.put(b"%d" % number)
    program.turn()
    assert (len(program.events), len(program.calls)) == (100, 1)
    program.run()
    assert len(program.events) == 150


def test_what_waits_does_not_matter_after_a_restart() -> None:
    """Since everything is dropped anyway; what comes then does."""
    program = Program()
    program.inbox.put(b"1")
    program.inbox.restart()
    program.inbox.put(b"2")
    program.run()
    assert program.events == ["restart", b"2"]


def test_too_many_messages_are_dropped() -> None:
    """All of them, and that is said once, before what comes then."""
    program = Program()
    for _ in range(2 * (MOST_MESSAGES + 1)):
        program.inbox.put(b"1")
    program.inbox.put(b"2")
    program.run()
    assert program.events == ["overflow", b"2"]


def test_too_long_messages_are_dropped() -> None:
    """Their bytes are counted, and not for ever."""
    program = Program()
    data = bytes(64 * 1024)
    most = MOST_BYTES // len(data)
    for _ in range(3):
        for _ in range(most):
            program.inbox.put(data)
        program.run()
    assert program.events == [data[:9]] * (3 * most)
    for _ in range(most + 1):
        program.inbox.put(data)
    program.run()
    assert program.events[-1] == "overflow"


def test_the_event_loop_does_other_things_after_many_bytes() -> None:
    """A long message may take as long as a hundred short ones."""
    program = Program()
    for number in range(5):
        program.inbox.put(b"%d" % number + bytes(40 * 1024))
    program.turn()
    assert (len(program.events), len(program.calls)) == (2, 1)
    program.run()
    assert len(program.events) == 5

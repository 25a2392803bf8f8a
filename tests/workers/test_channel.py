"""`SupervisorChannel`: messages travel through the supervisor."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from hostkit.messages import Messages
from hostkit.workers import SupervisorChannel
from tests.messages.fakes import Notes


async def pair() -> tuple[list[SupervisorChannel], list[Messages], Notes, Clock]:
    """Make two processes, of which the second one takes notes; each frame has its batch."""
    clock, notes = Clock(), Notes()
    channels = [SupervisorChannel(clock), SupervisorChannel(clock)]
    messages = [Messages(channel) for channel in channels]
    messages[1].add("note", notes)
    channels[0].pass_on = channels[1].receive
    for each in messages:
        await each.open()
    notes.seen.clear()
    return channels, messages, notes, clock


async def test_messages_of_one_turn_travel_together() -> None:
    """They arrive in their order, at the end of it."""
    channels, (first, _), notes, clock = await pair()
    frames: list[bytes] = []
    channels[0].pass_on = frames.append
    for number in range(3):
        await first.send("note", f"line {number}\n")
    assert frames == []
    clock.advance(0)
    assert len(frames) == 1
    channels[1].receive(frames[0])
    assert notes.seen == ["line 0\n", "line 1\n", "line 2\n"]


async def test_many_are_sent_at_once() -> None:
    """So that memory is bounded."""
    channels, (first, _), _, _ = await pair()
    frames: list[bytes] = []
    channels[0].pass_on = frames.append
    for _ in range(300):
        await first.send("note", "x" * 1000)
    assert len(frames) == 1


async def test_what_waits_is_sent_before_the_end() -> None:
    """And nothing after it."""
    channels, (first, second), notes, _ = await pair()
    await first.send("note", "last")
    await first.close()
    assert notes.seen == ["last"]
    with pytest.raises(OSError, match="the host is not running"):
        await first.send("note", "later")
    await second.close()
    channels[1].receive(b"anything")
    channels[1].overflow()
    assert notes.seen == ["last"]


async def test_what_is_not_a_message_is_counted() -> None:
    """And the rest of the batch is taken."""
    channels, (_, second), _, _ = await pair()
    channels[1].receive(b"x\ny")
    assert second.counts.refused == {"other_format": 2}


async def test_dropped_messages_make_the_others_catch_up() -> None:
    """As when the process has not read for long."""
    channels, _, notes, _ = await pair()
    channels[1].overflow()
    assert notes.seen == ["all"]


async def test_before_there_is_a_link_nothing_is_sent() -> None:
    """There is nobody who could miss it."""
    clock = Clock()
    messages = Messages(SupervisorChannel(clock))
    await messages.open()
    await messages.send("note", "x")
    clock.advance(0)
    assert messages.counts.sent == 1

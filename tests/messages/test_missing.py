"""Messages that are missing, and those that could not be sent, over a wire in memory."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import attrs
import pytest
from twisted.internet import reactor as installed
from twisted.internet.defer import Deferred

from hostkit.messages import MessageCounts, Messages
from tests.dispatch.fakes import done

from .fakes import Wire, process

reactor: Any = installed


async def test_a_missing_message_makes_the_others_catch_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is said in the log, and what comes then is taken as ever."""
    with caplog.at_level(logging.INFO):
        wire = Wire()
        (one, _), (other, theirs) = await process(wire), await process(wire)
        for number in range(3):
            await one.send("note", number)
        del wire.waiting[1]
        repeated = wire.waiting[0]
        wire.pump()
        wire.give(repeated)
        assert theirs.seen == [0, "all", 2]
        assert other.counts == MessageCounts(accepted=2, gaps=1, repeated=1, connections=1)
    (record,) = caplog.records
    assert "(w1) are missing; all registered caches were emptied" in record.getMessage()


async def test_what_could_not_be_sent_is_found_missing() -> None:
    """The sender gets the error, and sends a beat when it can; the others catch up then."""
    wire = Wire()
    (one, _), (_, theirs) = await process(wire), await process(wire)
    await one.send("note", 1)
    wire.is_cut = True
    for number in (2, 3):
        with pytest.raises(OSError, match="cut"):
            await one.send("note", number)
    wire.pump()
    while one.counts.unsent < 4:  # beats
        await asyncio.sleep(0.01)
    wire.is_cut = False
    while not wire.waiting:
        await asyncio.sleep(0.01)
    wire.pump()
    assert theirs.seen == [1, "all"]
    assert one.counts.sent == 2
    await one.send("note", 4)
    wire.pump()
    assert theirs.seen == [1, "all", 4]


async def test_a_beat_is_sent_as_soon_as_there_is_a_connection() -> None:
    """And not again when the next message has shown what was missing."""
    wire = Wire()
    (one, _), (_, theirs) = await process(wire), await process(wire)
    wire.is_cut = True
    with pytest.raises(OSError, match="cut"):
        await one.send("note", 1)
    wire.is_cut = False
    one.restart()
    wire.pump()
    assert theirs.seen == ["all"]
    one.restart()
    assert wire.waiting == []


async def test_a_message_that_was_cancelled_counts_as_unsent() -> None:
    """Nobody knows whether it was sent."""

    class Slow(Wire):
        async def send(self, data: bytes) -> None:
            await asyncio.sleep(60)

    one, _ = await process(Slow())
    sending = asyncio.create_task(one.send("note", 1))
    await asyncio.sleep(0)
    sending.cancel()
    await asyncio.wait([sending])
    assert one.counts.unsent == 1
    await one.close()


async def test_what_cannot_be_written_takes_no_number() -> None:
    """So nothing is missing for the others."""
    wire = Wire()
    (one, _), (_, theirs) = await process(wire), await process(wire)
    with pytest.raises(ValueError, match="65536 bytes"):
        await one.send("note", "x" * 70_000)
    with pytest.raises(TypeError):
        await one.send("note", object())
    await one.send("note", 1)
    wire.pump()
    assert theirs.seen == [1]


@attrs.define(eq=False)
class Held(Wire):
    """Keeps what is sent until the test lets it through, or has it fail."""

    held: list[asyncio.Future[None]] = attrs.field(factory=list)

    async def send(self, data: bytes) -> None:
        self.held.append(asyncio.get_running_loop().create_future())
        await self.held[-1]

    async def end(self, number: int, error: Exception | None = None) -> None:
        """End the sending of a message; the first is 0."""
        if error is None:
            self.held[number].set_result(None)
        else:
            self.held[number].set_exception(error)
        for _ in range(5):
            await asyncio.sleep(0)


async def sending(one: Messages, count: int) -> list[asyncio.Task[Any]]:
    """Begin to send messages."""
    tasks = [asyncio.create_task(one.send("note", number)) for number in range(count)]
    await asyncio.sleep(0)
    return tasks


async def test_only_one_beat_is_sent_at_a_time() -> None:
    """Although another message fails meanwhile, and there is a connection again."""
    wire = Held()
    one, _ = await process(wire)
    tasks = await sending(one, 2)
    await wire.end(0, OSError("cut"))
    one.restart()
    await wire.end(1, OSError("cut"))
    one.restart()
    assert len(wire.held) == 3
    await wire.end(2)
    one.restart()
    assert len(wire.held) == 3
    await asyncio.wait(tasks)
    await one.close()


async def test_a_message_before_another_that_failed_settles_nothing() -> None:
    """The beat must have a higher number than what is missing; none is sent after the end."""
    wire = Held()
    one, _ = await process(wire)
    tasks = await sending(one, 3)
    for number, error in ((2, OSError("cut")), (0, OSError("cut")), (1, None)):
        await wire.end(number, error)
    one.restart()
    assert len(wire.held) == 4
    await wire.end(3, OSError("cut"))
    await one.close()
    one.restart()
    assert len(wire.held) == 4
    await asyncio.wait(tasks)


def test_it_works_without_asyncio() -> None:
    """The clock is the reactor's then."""
    from twisted.internet import reactor

    wire = Wire(is_cut=True)
    one = Messages(wire)
    assert done(Deferred.fromCoroutine(one.open())) is None
    sending: Deferred[Any] = Deferred.fromCoroutine(one.send("note", 1))
    assert isinstance(done(sending), OSError)
    wire.is_cut = False
    while not wire.waiting:
        reactor.runUntilCurrent()  # type: ignore[attr-defined]
    assert done(Deferred.fromCoroutine(one.close())) is None


class Silent(Wire):
    """Carries nothing, and never says so."""

    async def send(self, data: bytes) -> None:
        await Deferred()


def test_what_outlives_its_event_loop_sets_no_alarm() -> None:
    """Python may close a coroutine at any time, also while another event loop runs."""
    messages = Messages(Silent())
    asyncio.run(messages.open())
    before = reactor.getDelayedCalls()
    sending: Any = messages.send("note", 1)
    sending.send(None)
    sending.close()
    assert (messages.counts.unsent, reactor.getDelayedCalls()) == (1, before)

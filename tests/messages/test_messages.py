"""What processes say to each other, over a wire in memory."""

from __future__ import annotations

import copy

import pytest

from hostkit.messages import Keys, MessageCounts, Messages

from .fakes import Notes, Wire, process

KEY, OTHER = "k" * 16, "o" * 16


async def test_the_others_get_what_one_sends() -> None:
    """It does not get it itself. Kinds that a process does not have are ignored."""
    wire = Wire()
    (one, mine), (other, theirs) = await process(wire), await process(wire)
    await one.send("note", [1, "a"])
    await one.send("of a newer version", None)
    await one.send("note", {"b": None})
    wire.pump()
    assert (mine.seen, theirs.seen) == ([], [[1, "a"], {"b": None}])
    assert one.counts == MessageCounts(sent=3, connections=1)
    assert other.counts == MessageCounts(accepted=3, connections=1)


async def test_a_process_may_have_any_name() -> None:
    """A long one is cut, and does not keep its messages from being understood."""
    wire = Wire()
    one, (_, theirs) = Messages(wire, worker="w" * 1000), await process(wire)
    await one.open()
    await one.send("note", 1)
    wire.pump()
    assert theirs.seen == [1]


async def test_without_a_channel_nothing_is_sent() -> None:
    """There is only this process."""
    alone = Messages()
    await alone.open()
    await alone.send("note", object())
    await alone.close()
    assert alone.counts == MessageCounts()


async def test_a_process_that_is_closed_gets_nothing() -> None:
    """Nor does it send beats."""
    wire = Wire()
    one, _ = await process(wire)
    await one.close()
    assert wire.receivers == []


async def test_forked_processes_have_ids_of_their_own() -> None:
    """The id of a process is chosen when it listens, not when the host is built."""
    one = Messages(Wire())
    other = copy.copy(one)
    await one.open()
    await other.open()
    assert one._sender != other._sender


async def test_wrong_ones_are_counted_and_ignored(caplog: pytest.LogCaptureFixture) -> None:
    """Each reason is a line of the log once a minute, without anything of what has arrived."""
    wire = Wire()
    one, notes = await process(wire, Keys(KEY))
    stranger, _ = await process(Wire(), Keys(OTHER))
    tenant, _ = await process(Wire())
    for each in (stranger, tenant):
        await each.send("note", "mine")
    theirs = [w for m in (stranger, tenant) for w in m._channel.waiting]  # type: ignore[union-attr]
    for data in [*theirs, b"garbage", b"x" * 10**7] * 20:
        wire.give(data)
    assert notes.seen == []
    assert one.counts == MessageCounts(
        refused=dict.fromkeys(("wrong_code", "no_code", "other_format", "too_long"), 20),
        connections=1,
    )
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 4
    assert lines[0] == "a message was ignored that is with a code that another key has made"


async def test_a_payload_that_is_wrong_makes_its_recipient_catch_up() -> None:
    """A newer version may mean anything by it."""
    wire = Wire()
    (one, _), (other, theirs) = await process(wire), await process(wire)
    bystander = Notes()
    other.add("else", bystander)
    await one.send("note", "wrong")
    wire.pump()
    assert (theirs.seen, bystander.seen) == (["all"], [])
    assert other.counts.refused == {"wrong_payload": 1}


async def test_keys_can_be_changed_without_a_loss() -> None:
    """The new one is accepted everywhere before it is used anywhere."""
    wire = Wire()
    (one, mine), (other, theirs) = (
        await process(wire, Keys(KEY)),
        await process(wire, Keys(KEY)),
    )
    steps = [Keys(KEY, OTHER), Keys(OTHER, KEY), Keys(OTHER)]
    for keys in steps:
        for changing in (one, other):
            changing.use_keys(keys)
            changing.use_keys(keys)
            for each in (one, other):
                await each.send("note", 1)
            wire.pump()
    assert mine.seen == theirs.seen == [1] * 6
    assert one.counts.refused == other.counts.refused == {}


async def test_a_key_that_is_changed_at_once_makes_all_catch_up() -> None:
    """A process that changes later has refused what the first one has sent meanwhile."""
    wire = Wire()
    (one, _), (other, theirs) = (
        await process(wire, Keys(KEY)),
        await process(wire, Keys(KEY)),
    )
    one.use_keys(Keys(OTHER, KEY))
    await one.send("note", 1)
    wire.pump()
    assert theirs.seen == []
    other.use_keys(Keys(OTHER, KEY))
    assert theirs.seen == ["all"]
    other.use_keys(Keys(OTHER))
    await one.send("note", 2)
    wire.pump()
    assert theirs.seen == ["all", "all", 2]


async def test_what_comes_too_fast_makes_all_catch_up(caplog: pytest.LogCaptureFixture) -> None:
    """Once, instead of for each message."""
    wire = Wire()
    one, notes = await process(wire)
    one.overflow()
    assert notes.seen == ["all"]
    assert one.counts.overflows == 1
    assert "arrive faster than they can be taken" in caplog.text

"""Messages through a real server, which comes and goes."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import threading
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit.messages import Message, RedisChannel
from tests.dispatch.fakes import done, run
from tests.loops.test_side_loop import pump

from .servers import Place, place

__all__ = ["place"]


class Ear:
    """Stands for `Messages`, and can be awaited."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[Any] = asyncio.Queue()

    def read(self, data: bytes) -> Message | None:
        return Message("one", None, 1, 0.0, 0.0, "text", data.decode())

    def receive(self, message: Message) -> None:
        self.events.put_nowait(message.payload)

    def restart(self) -> None:
        self.events.put_nowait("all")

    def overflow(self) -> None:
        raise NotImplementedError


async def opened(url: str, **options: Any) -> tuple[RedisChannel, Ear]:
    channel, ear = RedisChannel(url, **options), Ear()
    await channel.open(ear)
    return channel, ear


async def test_all_processes_receive_a_message(place: Place) -> None:
    """All that have opened the channel, including the sender."""
    (one, near), (other, far) = await opened(place.url), await opened(place.url)
    await one.send(b"hello")
    for ear in (near, far):
        assert [await ear.events.get(), await ear.events.get()] == ["all", "hello"]
    await one.close()
    await other.send(b"second")
    assert await far.events.get() == "second"
    assert near.events.empty()
    await other.close()
    assert "hostkit-side-loop" not in {each.name for each in threading.enumerate()}


async def test_messages_arrive_in_the_order_in_which_they_were_sent(place: Place) -> None:
    """Also many at a time, none of which overtakes another."""
    channel, ear = await opened(place.url)
    await asyncio.gather(*(channel.send(b"%d" % number) for number in range(250)))
    got = [await ear.events.get() for _ in range(251)]
    assert got == ["all", *map(str, range(250))]
    await channel.close()


def test_it_works_beside_a_reactor(place: Place) -> None:
    """The program has no asyncio loop of its own."""
    channel, ear = RedisChannel(place.url), Ear()
    pump(Deferred.fromCoroutine(channel.open(ear)))
    assert ear.events.get_nowait() == "all"
    pump(Deferred.fromCoroutine(channel.send(b"hello")))
    from twisted.internet import reactor

    while ear.events.empty():
        reactor.runUntilCurrent()  # type: ignore[attr-defined]
    assert ear.events.get_nowait() == "hello"
    place.stop()
    assert isinstance(pump(Deferred.fromCoroutine(channel.send(b"hello"))), OSError)
    pump(Deferred.fromCoroutine(channel.close()))


async def test_a_lost_server_is_found_again(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """Everything is dropped then, since messages may have been missed; no password is logged.

    Each kind of failure is logged once. Which there are depends on the client's version.
    """
    caplog.set_level(logging.INFO)
    channel, ear = await opened(place.url)
    assert await ear.events.get() == "all"
    place.stop()
    with pytest.raises(OSError, match=r"\w"):
        await channel.send(b"lost")
    place.start()
    assert await ear.events.get() == "all"
    await channel.send(b"hello")
    assert await ear.events.get() == "hello"
    await channel.close()
    records = [record for record in caplog.records if record.name == "hostkit.messages"]
    found, *lost, found_again = records
    assert (found.levelno, found_again.levelno) == (logging.INFO, logging.INFO)
    assert {record.levelno for record in lost} == {logging.WARNING}
    assert len(lost) == len({record.getMessage() for record in lost})
    assert "hunter2" not in caplog.text


async def test_a_server_may_come_later(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """The host starts without it, logs that, and keeps trying."""
    place.stop()
    channel, ear = await opened(place.url)
    assert "no connection to Redis" in caplog.text
    assert ear.events.empty()
    place.start()
    assert await ear.events.get() == "all"
    await channel.close()


async def test_a_wrong_password_is_reported(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """Like any other reason for a missing connection, without the password itself."""
    channel, _ = await opened(place.url.replace("hunter2", "hunter3"))
    with pytest.raises(OSError, match=r"(?i)password"):
        await channel.send(b"hello")
    await channel.close()
    assert "no connection to Redis: invalid username-password pair" in caplog.text
    assert "hunter" not in caplog.text


def test_a_user_of_the_server_needs_few_permissions(place: Place) -> None:
    """Those that the operators' page names."""
    with place.client() as client:
        allowed = "resetchannels &hostkit -@all +subscribe +publish +ping"
        client.execute_command("ACL", "SETUSER", "words", "on", ">pass", *allowed.split())
        url = place.url.replace("redis://:hunter2@", "redis://words:pass@")

        async def main() -> None:
            channel, ear = await opened(url, ping_seconds=0.01)
            await channel.send(b"hello")
            assert [await ear.events.get() for _ in range(2)] == ["all", "hello"]
            while not client.execute_command("INFO", "commandstats").get("cmdstat_ping"):
                await asyncio.sleep(0.01)
            await channel.send(b"again")
            assert await ear.events.get() == "again"
            await channel.close()

        run(main())


async def test_a_silent_server_is_noticed(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """One that has stopped answering, as behind a broken link, counts as lost."""
    try:
        channel, ear = await opened(place.url, ping_seconds=0.05, answer_seconds=0.2)
        assert await ear.events.get() == "all"
        place.signal(signal.SIGSTOP)
        with pytest.raises(OSError, match=r"no answer within 0.2s"):
            await channel.send(b"hello")
        while "lost the connection to Redis" not in caplog.text:
            await asyncio.sleep(0)
        place.signal(signal.SIGCONT)
        assert await ear.events.get() == "all"
        await channel.close()
    finally:
        place.signal(signal.SIGCONT)


async def test_the_url_does_not_change_how_messages_are_read(place: Place) -> None:
    """Options that decode messages to strings are overridden."""
    channel, ear = await opened(f"{place.url}?decode_responses=true")
    await channel.send(b"hello")
    assert [await ear.events.get(), await ear.events.get()] == ["all", "hello"]
    await channel.close()


async def test_a_channel_can_be_closed_at_any_time(place: Place) -> None:
    """Also while it connects, at any step."""
    for turns in range(40):
        channel = RedisChannel(place.url)
        opening = asyncio.create_task(channel.open(Ear()))
        for _ in range(turns * 5):
            await asyncio.sleep(0)
        await asyncio.wait_for(channel.close(), 10)
        opening.cancel()
        await asyncio.wait([opening])


def test_a_channel_can_be_opened_again(place: Place) -> None:
    """A host that was stopped may be started again, on another loop."""
    channel = RedisChannel(place.url)

    async def main() -> None:
        ear = Ear()
        await channel.open(ear)
        await channel.send(b"hello")
        assert [await ear.events.get(), await ear.events.get()] == ["all", "hello"]
        await channel.close()

    run(main())
    run(main())


def test_a_channel_that_is_not_open_sends_nothing() -> None:
    """Nor does it have anything to close."""
    channel = RedisChannel("redis://localhost")
    sending = Deferred.fromCoroutine(channel.send(b"hello"))
    assert str(done(sending)) == "the host is not running"
    assert done(Deferred.fromCoroutine(channel.close())) is None


async def test_stopping_ends_sending(place: Place) -> None:
    """A message in flight fails when the host is stopped; cancelling it stays a cancellation."""
    try:
        channel, _ = await opened(place.url)
        place.signal(signal.SIGSTOP)
        sending = [asyncio.create_task(channel.send(b"hello")) for _ in range(2)]
        await asyncio.sleep(0)
        sending[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending[0]
        await channel.close()
        with pytest.raises(OSError, match="the host was stopped"):
            await sending[1]
    finally:
        place.signal(signal.SIGCONT)


def test_sending_can_be_cancelled_under_twisted(place: Place) -> None:
    """The cancellation is Twisted's there."""
    channel = RedisChannel(place.url)
    pump(Deferred.fromCoroutine(channel.open(Ear())))
    place.signal(signal.SIGSTOP)
    try:
        sending = Deferred.fromCoroutine(channel.send(b"hello"))
        sending.cancel()
        assert isinstance(done(sending), CancelledError)
        pump(Deferred.fromCoroutine(channel.close()))
    finally:
        place.signal(signal.SIGCONT)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost",
        "redis://localhost:port",
        "redis://[::1",
        "redis://localhost?colour=red",
        "redis://localhost?protocol=7",
    ],
)
def test_wrong_urls_are_refused(url: str) -> None:
    """Before anything is connected."""
    with pytest.raises(ValueError, match=r"\w"):
        RedisChannel(url)


def test_the_package_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra, and imported only where it is used."""
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(ModuleNotFoundError):
        RedisChannel("redis://localhost")

"""Servers that flood, answer garbage, or never answer delay nothing but themselves."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hostkit.messages import LONGEST_BYTES, RedisChannel
from tests.dispatch.fakes import run

from . import hostile
from .hostile import Peer, message, serve
from .servers import Place, place
from .test_redis import Ear, opened

__all__ = ["place"]


@pytest.mark.parametrize("behave", hostile.ALL, ids=lambda behave: behave.__name__)
async def test_a_start_goes_on_without_the_server(
    behave: Callable[[Peer], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    """Once that is known, or the time for an answer is over; sending fails, stopping does not."""
    async with serve(behave) as url:
        channel, ear = RedisChannel(url, answer_seconds=0.2), Ear()
        async with asyncio.timeout(5):
            await channel.open(ear)
            with pytest.raises(OSError, match=r"\w"):
                await channel.send(b"hello")
            await channel.close()
        assert ear.events.empty()
    lines = [record.getMessage() for record in caplog.records if record.name == "hostkit.messages"]
    assert lines[0].startswith("no connection to Redis: ")
    assert all(line.isprintable() and len(line) < 500 for line in lines)


@pytest.mark.parametrize("hangs", [True, False])
async def test_a_start_goes_on_without_the_name(
    hangs: bool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look-up fails, or takes longer than an answer may."""
    is_over = threading.Event()

    def look_up(*_: Any, **__: Any) -> Any:
        if hangs:
            is_over.wait(10)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    try:
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        channel = RedisChannel("redis://redis.example", answer_seconds=0.2)
        async with asyncio.timeout(5):
            await channel.open(Ear())
            await channel.close()
    finally:
        is_over.set()
    assert ("no answer within 0.2s" if hangs else "not known") in caplog.text


@pytest.mark.parametrize("behave", [hostile.silent, hostile.garbage, hostile.echo, hostile.closes])
async def test_a_start_goes_on_without_tls(behave: Callable[[Peer], Awaitable[None]]) -> None:
    """The server speaks something else."""
    async with serve(behave) as url:
        channel = RedisChannel(url.replace("redis:", "rediss:"), answer_seconds=0.2)
        async with asyncio.timeout(5):
            await channel.open(Ear())
            await channel.close()


async def test_messages_that_are_too_long_are_skipped() -> None:
    """The connection stays, and what comes then arrives."""

    async def behave(peer: Peer) -> None:
        await peer.confirm()
        for data in (b"x" * 10_000_000, b"y" * LONGEST_BYTES, b"last"):
            await peer.say(message(data))
        await peer.stay()

    async with serve(behave) as url:
        channel, ear = await opened(url)
        got = [await ear.events.get() for _ in range(4)]
        assert [len(each) for each in got] == [3, LONGEST_BYTES + 1, LONGEST_BYTES, 4]
        await channel.close()


async def test_a_connection_may_be_lost_within_a_long_message() -> None:
    """That is a loss like any other."""

    async def behave(peer: Peer) -> None:
        await peer.confirm()
        if peer.number == 0:
            await peer.say(message(b"x" * 100_000)[:70_000])
        else:
            await peer.stay()

    async with serve(behave) as url:
        channel, ear = await opened(url)
        assert [await ear.events.get() for _ in range(2)] == ["all", "all"]
        await channel.close()


async def test_an_attempt_that_hangs_does_not_keep_the_others_waiting() -> None:
    """A server that is back is found, although an old connection still waits for an answer."""

    async def behave(peer: Peer) -> None:
        if peer.number > 2:
            await peer.confirm()
        await peer.stay()

    async with serve(behave) as url:
        async with asyncio.timeout(5):
            channel, ear = await opened(url, answer_seconds=60)
        assert await ear.events.get() == "all"
        await channel.close()


async def test_a_connection_that_is_killed_again_and_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time everything is dropped; the log has it a few times."""
    monkeypatch.setattr(
        "hostkit.messages._redis_subscription._LASTING_SECONDS", -1.0
    )  # so that it goes on quickly
    with caplog.at_level("INFO"):
        async with serve(Peer.confirm) as url:
            channel, ear = await opened(url)
            for _ in range(10):
                assert await ear.events.get() == "all"
            await channel.close()
    assert len([each for each in caplog.records if each.name == "hostkit.messages"]) <= 11


async def test_what_is_sent_does_not_hang_when_the_server_is_back() -> None:
    """The message goes through another connection, and the sender does not notice."""

    async def behave(peer: Peer) -> None:
        if peer.number == 0:
            await peer.confirm()
            await is_sent.wait()
        elif peer.number == 1:
            await peer.greet(b"PUBLISH")
            is_sent.set()
            await peer.stay()
        elif peer.number == 2:
            await peer.confirm()
            await peer.stay()
        else:
            await peer.greet(b"PUBLISH")
            await peer.say(b":1\r\n")
            await peer.stay()

    is_sent = asyncio.Event()
    async with serve(behave) as url:
        channel, _ = await opened(url, answer_seconds=60)
        async with asyncio.timeout(5):
            await channel.send(b"hello")
        await channel.close()


async def test_a_connection_that_was_closed_while_it_was_idle_is_made_anew(place: Place) -> None:
    """The sender does not notice."""
    channel, ear = await opened(place.url)
    await channel.send(b"1")
    with place.client() as client:
        client.client_kill_filter(_type="normal", skipme=True)
    await channel.send(b"2")
    assert [await ear.events.get() for _ in range(3)] == ["all", "1", "2"]
    await channel.close()


def test_a_server_that_answers_is_there() -> None:
    """A pong is an answer, and so is any message."""

    async def behave(peer: Peer) -> None:
        await peer.confirm()
        await peer.hear()
        await peer.say(b"*2\r\n$4\r\npong\r\n$0\r\n\r\n")
        await peer.hear()
        for _ in range(3):
            await peer.say(message(b"here"))
        await peer.hear()

    async def main() -> None:
        async with serve(behave) as url:
            channel, ear = await opened(url, ping_seconds=0.05, answer_seconds=1.0)
            assert [await ear.events.get() for _ in range(5)] == ["all", *["here"] * 3, "all"]
            await channel.close()

    run(main())


async def test_what_is_sent_while_too_much_waits_is_refused() -> None:
    """The memory that it takes is bounded."""
    async with serve(Peer.confirm) as url:
        channel, _ = await opened(url, answer_seconds=60)
        sending = [asyncio.create_task(channel.send(b"hello")) for _ in range(10_200)]
        with pytest.raises(OSError, match="too many other messages"):
            await sending[-1]
        await channel.close()
        await asyncio.gather(*sending, return_exceptions=True)

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from hostkit.http import (
    HttpBusyError,
    HttpClient,
    HttpUnreachableError,
)
from hostkit.testing import Clock, build_host, capture_logs
from tests.http.conftest import Client
from tests.http.servers import Answering, Asking, Server, always, cut, in_turn, serving


@asynccontextmanager
async def clocked(clock: Clock) -> AsyncIterator[HttpClient]:
    """The client of a module whose host goes by a clock."""
    host = build_host([{"module": Asking, "name": "asking"}], categories=[], clock=clock)
    async with host:
        yield host.modules[0].instance.http


async def asked(server: Server, times: int) -> None:
    """Wait until a server was asked so many times, and a pause has begun."""
    while len(server.heard) < times:
        await asyncio.sleep(0)
    for _ in range(50):
        await asyncio.sleep(0)


async def finish(task: asyncio.Task[object], clock: Clock) -> None:
    """Let time pass until a request is over."""
    while not task.done():
        if len(clock.getDelayedCalls()) > 1:  # besides the end of the whole call
            await clock.advance(1)
        await asyncio.sleep(0)


@pytest.mark.parametrize("first", [cut, always(503), always(429), always(502), always(504)])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
async def test_what_may_be_sent_twice_is_sent_again(first: Answering, method: str) -> None:
    """If the server cannot be reached or is busy; after a pause, up to twice."""
    clock = Clock()
    async with clocked(clock) as http, serving(in_turn(first, first, always(200))) as server:
        task = asyncio.create_task(http.request(method, server.url))
        await finish(task, clock)
    assert task.result().status == 200
    # Twisted itself replaces a kept connection that turns out to be closed.
    assert len(server.heard) == 3


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_other_methods_are_sent_once(method: str, client: Client) -> None:
    """Unless the module says that they may be sent again."""
    async with client() as http, serving(always(503)) as server:
        assert (await http.request(method, server.url)).status == 503
        assert len(server.heard) == 1
    clock = Clock()
    async with clocked(clock) as http, serving(always(503)) as server:
        task = asyncio.create_task(http.request(method, server.url, retries=1))
        await finish(task, clock)
        assert len(server.heard) == 2


async def test_other_failures_are_not_repeated(client: Client) -> None:
    """What the server has answered it would answer again."""
    async with client() as http, serving(always(500)) as server:
        assert (await http.request("GET", server.url)).status == 500
    assert len(server.heard) == 1


async def test_pauses_grow_and_are_reported() -> None:
    """In the log of the module, without what may be secret."""
    clock = Clock()
    with capture_logs("asking") as logs:
        async with clocked(clock) as http, serving(always(503)) as server:
            task = asyncio.create_task(http.get_raw(f"{server.url}/x?key=secret"))
            await asked(server, 1)
            await clock.advance(0.24)
            assert len(server.heard) == 1
            await clock.advance(0.27)
            await asked(server, 2)
            await clock.advance(0.2)
            assert len(server.heard) == 2
            await finish(task, clock)
            with pytest.raises(HttpBusyError):
                await task
    assert len(server.heard) == 3
    first, second = logs.messages
    expected = f"module 'asking': GET {server.url}/x was answered with 503 Service Unavailable; it"
    assert first.startswith(f"{expected} is sent again in 0.")
    assert "secret" not in first + second


async def test_a_server_may_ask_for_a_longer_pause() -> None:
    """Which it gets, up to 30 seconds."""
    clock = Clock()
    server_busy = in_turn(always(429, Retry_After="20"), always(200))
    async with clocked(clock) as http, serving(server_busy) as server:
        task = asyncio.create_task(http.get_raw(server.url))
        await asked(server, 1)
        await clock.advance(19.9)
        assert not task.done()
        assert len(server.heard) == 1
        await clock.advance(0.2)
        await finish(task, clock)
        assert await task == b""


@pytest.mark.parametrize("after", ["31", "3600", "99999999"])
async def test_a_pause_that_is_too_long_ends_the_call(after: str, client: Client) -> None:
    """At once: the module gets the answer, and can read when to come back."""
    async with client() as http, serving(always(503, Retry_After=after)) as server:
        with pytest.raises(HttpBusyError) as raised:
            await http.get_raw(server.url)
    assert raised.value.response.headers["retry-after"] == after
    assert len(server.heard) == 1


async def test_a_pause_beyond_the_end_is_not_waited_for(client: Client) -> None:
    """The answer that is there is better than a time-out."""
    async with client() as http, serving(always(503, Retry_After="25")) as server:
        answer = await http.request("GET", server.url, timeout_seconds=20)
    assert answer.status == 503


async def pause_after(value: str) -> float:
    """Give the seconds after which a request is sent again that was answered with 503."""
    clock = Clock()
    answers = in_turn(always(503, Retry_After=value), always(200))
    with capture_logs("asking") as logs:
        async with clocked(clock) as http, serving(answers) as server:
            task = asyncio.create_task(http.get_raw(server.url))
            await finish(task, clock)
            assert await task == b""
    (message,) = logs.messages
    return float(message.rpartition("again in ")[2].rstrip("s"))


@pytest.mark.parametrize("value", ["", "0", "soon", "-5", "1.5", "\u00b2"])
async def test_what_is_no_pause_is_ignored(value: str) -> None:
    """As if the server had said nothing."""
    assert 0 < await pause_after(value) <= 0.5


async def test_a_pause_is_a_number_or_a_date() -> None:
    """A date in the past is now; without a time zone it is that of Greenwich."""
    soon = datetime.now(UTC) + timedelta(seconds=25)
    assert await pause_after("20") == 20
    assert await pause_after(format_datetime(soon, usegmt=True)) == pytest.approx(22, abs=3)
    assert await pause_after("Wed, 21 Oct 2015 07:28:00 -0000") <= 0.5


async def test_a_pause_ends_with_the_caller() -> None:
    """And with the whole time of the request."""
    clock = Clock()
    async with clocked(clock) as http, serving(always(503, Retry_After="20")) as server:
        task = asyncio.create_task(http.get_raw(server.url))
        await asked(server, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert clock.getDelayedCalls() == []


async def test_what_is_unreachable_is_tried_again_and_said() -> None:
    """The last error is the one that is raised."""
    clock = Clock()
    async with serving(cut) as server:
        pass
    async with clocked(clock) as http:
        task = asyncio.create_task(http.get_raw(server.url))
        await finish(task, clock)
        with pytest.raises(HttpUnreachableError, match="cannot be connected to"):
            await task
        assert http._counts.retries == 2

from __future__ import annotations

import asyncio
import gzip

import pytest

from hostkit.http import HttpCallError, HttpUnreachableError
from tests.http.conftest import Client
from tests.http.servers import (
    Answering,
    Heard,
    Peer,
    always,
    cut,
    in_turn,
    never_accepting,
    serving,
    silence,
)

LONG = 256 * 1024
"""Twice what a head may have."""


async def endless_body(_: Heard, peer: Peer) -> None:
    await peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        await peer.send(b"x" * 65536)


async def endless_chunks(_: Heard, peer: Peer) -> None:
    await peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await peer.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")


async def endless_headers(_: Heard, peer: Peer) -> None:
    await peer.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await peer.send(b"X-A: b\r\n" * 1000)


async def endless_interim(_: Heard, peer: Peer) -> None:
    while True:
        await peer.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


async def two_chunks(_: Heard, peer: Peer) -> None:
    await peer.send(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + (b"800\r\n" + b"x" * 0x800 + b"\r\n") * 2
    )
    await peer.gone()


async def long_length(_: Heard, peer: Peer) -> None:
    await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx")
    await peer.gone()


async def bomb(_: Heard, peer: Peer) -> None:
    await peer.answer(200, gzip.compress(bytes(50 * 1024**2), 9), Content_Encoding="gzip")


@pytest.mark.parametrize("server", [endless_body, endless_chunks, two_chunks, long_length])
async def test_an_answer_that_is_too_long_is_cut_off(server: Answering, client: Client) -> None:
    """As soon as the limit is passed, compressed or not; nothing is tried again."""
    async with client() as http, serving(server) as there:
        with pytest.raises(HttpCallError, match="with more than 1000 bytes, and was cut") as raised:
            await http.get_raw(there.url, max_bytes=1000)
        await there.closed.wait()
    assert raised.value.code == "HK505"
    assert len(there.heard) == 1


async def test_what_a_compressed_answer_becomes_is_limited(client: Client) -> None:
    """No more of it is uncompressed than is allowed."""
    async with client() as http, serving(bomb) as there:
        with pytest.raises(HttpCallError, match="with more than 1000 bytes, and was cut"):
            await http.get_raw(there.url, max_bytes=1000)


async def test_the_limit_is_a_setting(client: Client) -> None:
    """What is exactly as long is read."""
    async with client(max_response="1K") as http, serving(always(200, b"x" * 1024)) as there:
        assert len(await http.get_raw(there.url)) == 1024
    async with client(max_response="1K") as http, serving(always(200, b"x" * 1025)) as there:
        with pytest.raises(HttpCallError, match="more than 1024 bytes"):
            await http.get_raw(there.url)


@pytest.mark.parametrize("server", [endless_headers, endless_interim])
async def test_endless_heads_are_cut_off(server: Answering, client: Client) -> None:
    """Twisted's client alone would collect them for ever."""
    async with client() as http, serving(server) as there:
        with pytest.raises(HttpUnreachableError, match="the connection broke off"):
            await http.get_raw(there.url, retries=0)
        await there.closed.wait()


async def test_long_bodies_do_not_count_as_heads(client: Client) -> None:
    """Neither do the heads of several answers on one connection together."""
    long = always(200, b"x" * LONG, X_A="y" * 10_000)
    async with client() as http, serving(long) as there:
        for _ in range(20):
            assert len(await http.get_raw(there.url)) == LONG
    assert there.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 what 200\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_garbage_is_refused(answer: bytes, client: Client) -> None:
    """With an error that says so, or that the connection broke off."""

    async def garbage(_: Heard, peer: Peer) -> None:
        await peer.send(answer)
        peer.close()

    async with client() as http, serving(garbage) as there:
        with pytest.raises((HttpCallError, HttpUnreachableError)) as raised:
            await http.get_raw(there.url, retries=0)
    assert raised.value.code in {"HK503", "HK506"}


@pytest.mark.parametrize("body", [b"no gzip at all", gzip.compress(b"x" * 1000, mtime=0)[:-9]])
async def test_what_is_not_compressed_as_it_says_is_refused(body: bytes, client: Client) -> None:
    """Also if its end is missing."""
    async with client() as http, serving(always(200, body, Content_Encoding="gzip")) as there:
        with pytest.raises(HttpCallError, match="answered with what is not HTTP") as raised:
            await http.get_raw(there.url)
    assert raised.value.code == "HK506"


async def test_compressed_answers_are_read(client: Client) -> None:
    """An encoding that was not asked for is left to the module."""
    packed = gzip.compress(b"hello")
    async with client() as http, serving(always(200, packed, Content_Encoding="GZIP")) as there:
        answer = await http.request("GET", there.url)
        assert (answer.body, "content-encoding" in answer.headers) == (b"hello", False)
    async with client() as http, serving(always(200, b"?", Content_Encoding="br")) as there:
        answer = await http.request("GET", there.url)
        assert (answer.body, answer.headers["content-encoding"]) == (b"?", "br")
    async with client() as http, serving(always(200, b"", Content_Encoding="gzip")) as there:
        assert await http.get_raw(there.url) == b""


async def test_a_cut_body_is_an_error(client: Client) -> None:
    """No part passes for the whole; without any length, the end of the connection is the end."""

    async def half(_: Heard, peer: Peer) -> None:
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        peer.close()

    async def old(_: Heard, peer: Peer) -> None:
        await peer.send(b"HTTP/1.0 200 OK\r\n\r\nwhole")
        peer.close()

    async with client() as http, serving(half) as there:
        with pytest.raises(HttpUnreachableError, match="the connection broke off"):
            await http.get_raw(there.url, retries=0)
    async with client() as http, serving(old) as there:
        assert await http.get_raw(there.url) == b"whole"


async def slow_body(_: Heard, peer: Peer) -> None:
    await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx")
    await peer.gone()


@pytest.mark.parametrize("server", [silence, slow_body])
async def test_a_slow_server_is_given_up(server: Answering, client: Client) -> None:
    """After the whole time, which is an outage, and the connection is cut off."""
    async with client(timeout="100ms") as http, serving(server) as there:
        with pytest.raises(HttpUnreachableError) as raised:
            await http.get_raw(f"{there.url}/x?y")
        await there.closed.wait()
    assert str(raised.value).splitlines()[0] == (
        f"HK504 GET {there.url}/x was not answered within 0.1 s"
    )
    async with client() as http, serving(server) as there:
        with pytest.raises(HttpUnreachableError, match=r"within 0\.05 s"):
            await http.get_raw(there.url, timeout_seconds=0.05)


async def test_a_caller_may_set_its_own_limit(client: Client) -> None:
    """A cancellation of the caller is passed on as it is, and cuts the connection off."""
    async with client() as http, serving(silence) as there:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await http.get_raw(there.url)
        await there.closed.wait()


async def test_nothing_listens(client: Client) -> None:
    """Which is an outage; the message says what has happened."""
    async with serving(silence) as there:
        pass
    async with client() as http:
        with pytest.raises(HttpUnreachableError) as raised:
            await http.get_raw(there.url, retries=0)
    expected = f"HK503 GET {there.url}: it cannot be connected to (Connection refused)"
    assert str(raised.value) == expected


async def test_a_connection_that_is_never_accepted_is_given_up(client: Client) -> None:
    """After a time of its own."""
    with never_accepting() as port:
        async with client(connect_timeout="50ms") as http:
            with pytest.raises(HttpUnreachableError, match="does not accept the connection in"):
                await http.get_raw(f"http://127.0.0.1:{port}/", retries=0)


async def test_a_first_failure_is_repaired(client: Client) -> None:
    """A connection that was cut before the answer is made anew."""
    async with client() as http, serving(in_turn(cut, always(200, b"ok"))) as there:
        assert await http.get_raw(there.url) == b"ok"

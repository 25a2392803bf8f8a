"""Attacks by what is sent, or is not sent."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.hardening.attacker import Attacker, together
from tests.hardening.requests import ENTER, TLS_HELLO, post

FORM_TYPES = (
    b"multipart/form-data((((((",
    b"multipart/form-data; boundary=x; charset*0*=utf-8",
    b"multipart/form-data; boundary=\xff\xfe",
    b"multipart/form-data",
    b"application/x-www-form-urlencoded; charset*0*",
    b"multipart/form-data; boundary*=utf-8''%E2%82%28",
)


async def missing_bodies(attacker: Attacker) -> None:
    """Announce bodies that never come, in every way."""
    start = post(ENTER, 900_000)
    chunked = start.replace(b"Content-Length: 900000", b"Transfer-Encoding: chunked")
    expecting = start.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")
    starts = (start, start, start + b"{", chunked, chunked + b"fffff\r\n", expecting)
    async for number in attacker.paced(100):
        one = await attacker.connect()
        if one is not None:
            await attacker.send(one, starts[number % len(starts)])


async def bodies_without_token(attacker: Attacker) -> None:
    """Announce bodies to a listener whose token is not known."""
    async for _ in attacker.paced(100):
        one = await attacker.connect(port=attacker.guarded_port)
        if one is not None:
            await attacker.send(one, post(ENTER, 900_000))


async def unfinished_bodies(attacker: Attacker) -> None:
    """Send bodies but for their last bytes."""
    almost = post(ENTER, 900_000) + b" " * 899_000
    async for _ in attacker.paced(50):
        one = await attacker.connect()
        if one is not None:
            await attacker.send(one, almost)


async def slow_bodies(attacker: Attacker) -> None:
    """Send bodies a little at a time."""
    await _drip(attacker, post(b"/album", 900_000), b"x" * 110)


async def slow_headers(attacker: Attacker) -> None:
    """Send headers a little at a time."""
    await _drip(attacker, b"GET /hello HTTP/1.1\r\n", b"a")


async def _drip(attacker: Attacker, start: bytes, drop: bytes) -> None:
    async for number in attacker.paced(1000):
        if number % 20 == 0:
            one = await attacker.connect()
            if one is not None:
                await attacker.send(one, start)
        if attacker.held:
            await attacker.send(attacker.held[number % len(attacker.held)], drop)


async def forms(attacker: Attacker) -> None:
    """Send forms whose Content-Type cannot be read."""

    async def send(number: int) -> None:
        one = await attacker.connect()
        path = (b"/guestbook", b"/album")[number % 2]
        kind = FORM_TYPES[number // 2 % len(FORM_TYPES)]
        if one is not None and await attacker.send(one, post(path, 3, kind) + b"a=b"):
            await attacker.receive(one, 0.5)

    await together(attacker, send, 100)


async def garbage(attacker: Attacker) -> None:
    """Send what is not HTTP."""
    chance = random.Random(1)
    kinds: tuple[Callable[[], bytes], ...] = (
        lambda: chance.randbytes(1000),
        lambda: TLS_HELLO,
        lambda: b"A" * 70_000,
        lambda: b"GET /" + chance.randbytes(20) + b" HTTP/1.1\r\n\r\n",
        lambda: b"GET / HTTP/9.9\r\n" + b"a: b\r\n" * 1000,
        lambda: b"\r\n" * 5000,
    )

    async def send(number: int) -> None:
        one = await attacker.connect()
        if one is not None and await attacker.send(one, kinds[number % len(kinds)]()):
            await attacker.receive(one, 0.5)

    await together(attacker, send, 100)

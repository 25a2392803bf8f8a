"""The attacks, each in a process of its own: ``attacks.py NAME PORT GUARDED_PORT SECONDS``.

It has the lowest priority, so that it takes what the server and the honest clients leave.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import sys
from typing import TYPE_CHECKING, Final

from tests.hardening.attacker import OTHERS, Attacker

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable

HELLO = b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
PAGE = b"GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n"
FILE = b"GET /file HTTP/1.1\r\nHost: localhost\r\n\r\n"
PIPELINE_BYTES = 46 * 1024
WANTED = 1100
"""More connections than the server may have descriptors."""
FORM_TYPES = (
    b"multipart/form-data((((((",
    b"multipart/form-data; boundary=x; charset*0*=utf-8",
    b"multipart/form-data; boundary=\xff\xfe",
    b"multipart/form-data",
    b"application/x-www-form-urlencoded; charset*0*",
    b"multipart/form-data; boundary*=utf-8''%E2%82%28",
)
TLS_HELLO = bytes.fromhex("16030100f1010000ed0303") + bytes(230)


def post(path: bytes, length: int, kind: bytes = b"application/json") -> bytes:
    """Write the headers of a request with a body."""
    return (
        b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
        % (path, kind, length)
    )


ENTER = b"/_hostkit/hooks/doors/may_enter"
WAIT = b"/_hostkit/hooks/doors/may_wait"


async def resets(attacker: Attacker) -> None:
    """Connect, send something, and end the connection by RST."""
    starts = (b"G", b"", HELLO[:20], HELLO, PAGE * 3, post(ENTER, 100) + b"{", b"G", b"G")
    async for number in attacker.paced(600):
        one = await attacker.connect()
        if one is not None and await attacker.send(one, starts[number % len(starts)]):
            attacker.reset(one)


async def pipelining(attacker: Attacker) -> None:
    """Ask for a long page again and again on one connection, and take no answer."""
    many = PAGE * (PIPELINE_BYTES // len(PAGE))
    async for _ in attacker.paced(2):
        one = await attacker.connect(buffer_bytes=4096)
        if one is not None:
            await attacker.send(one, many)


async def slow_readers(attacker: Attacker) -> None:
    """Ask for a large file, and read nothing of it."""
    async for _ in attacker.paced(50):
        one = await attacker.connect(buffer_bytes=4096)
        if one is not None:
            await attacker.send(one, FILE)


async def missing_bodies(attacker: Attacker) -> None:
    """Announce bodies that never come."""
    async for _ in attacker.paced(100):
        one = await attacker.connect()
        if one is not None:
            await attacker.send(one, post(ENTER, 900_000))


async def bodies_without_token(attacker: Attacker) -> None:
    """Announce bodies to a listener whose token is not known."""
    async for _ in attacker.paced(100):
        one = await attacker.connect(port=attacker.guarded_port)
        if one is not None:
            await attacker.send(one, post(ENTER, 900_000))


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


async def flood(attacker: Attacker) -> None:
    """Open as many connections as possible from one address, and keep them."""
    async for _ in attacker.paced(400):
        await _hold(attacker, await attacker.connect())


async def descriptors(attacker: Attacker) -> None:
    """Open more connections than the server has descriptors, from many addresses."""
    async for number in attacker.paced(600):
        address = OTHERS.format(number % 250 + 1)
        await _hold(attacker, await attacker.connect(address=address))


async def _hold(attacker: Attacker, one: socket.socket | None) -> None:
    if one is not None and len(attacker.held) > WANTED:
        attacker.drop(attacker.held[0])


async def forms(attacker: Attacker) -> None:
    """Send forms whose Content-Type cannot be read."""

    async def send(number: int) -> None:
        one = await attacker.connect()
        path = (b"/guestbook", b"/album")[number % 2]
        kind = FORM_TYPES[number // 2 % len(FORM_TYPES)]
        if one is not None and await attacker.send(one, post(path, 3, kind) + b"a=b"):
            await attacker.receive(one, 0.5)

    await _together(attacker, send, 100)


async def half_closed(attacker: Attacker) -> None:
    """Close the sending half after a request, and wait for the answer."""

    async def send(_: int) -> None:
        one = await attacker.connect()
        if one is not None and await attacker.send(one, HELLO):
            one.shutdown(1)
            await attacker.receive(one)

    await _together(attacker, send, 50)


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

    await _together(attacker, send, 100)


async def hanging_hooks(attacker: Attacker) -> None:
    """Call a hook whose module hangs, also when it is cancelled."""

    async def send(number: int) -> None:
        one = await attacker.connect()
        body = (b'{"how": "calm"}', b'{"how": "stubborn"}')[number % 2]
        if one is not None and await attacker.send(one, post(WAIT, len(body)) + body):
            if number % 3 == 0:
                attacker.reset(one)
            else:
                await attacker.receive(one, 1)

    await _together(attacker, send, 30)


async def _together(
    attacker: Attacker, send: Callable[[int], Awaitable[None]], per_second: int
) -> None:
    async with asyncio.TaskGroup() as tasks:
        async for number in attacker.paced(per_second):
            tasks.create_task(_as_coroutine(send, number))


async def _as_coroutine(send: Callable[[int], Awaitable[None]], number: int) -> None:
    await send(number)


ATTACKS: Final[dict[str, Callable[[Attacker], Awaitable[None]]]] = {
    attack.__name__: attack
    for attack in (
        resets,
        pipelining,
        slow_readers,
        missing_bodies,
        bodies_without_token,
        slow_bodies,
        slow_headers,
        flood,
        descriptors,
        forms,
        half_closed,
        garbage,
        hanging_hooks,
    )
}


async def run(name: str, attacker: Attacker) -> None:
    """Attack, and let go."""
    try:
        await ATTACKS[name](attacker)
    finally:
        attacker.end()


def main() -> None:
    """Attack as the arguments say, and write what came of it."""
    os.nice(10)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    name, port, guarded_port, seconds = sys.argv[1:]
    attacker = Attacker(int(port), int(guarded_port), float(seconds))
    asyncio.run(run(name, attacker))
    sys.stdout.write(json.dumps(attacker.counts))


if __name__ == "__main__":
    main()

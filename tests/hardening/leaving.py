"""Attacks by clients that leave, or half of them."""

from __future__ import annotations

import socket

from tests.hardening.attacker import Attacker, together
from tests.hardening.requests import ANN, ENTER, HELLO, PAGE, SLOW, TLS_HELLO, post


async def resets(attacker: Attacker) -> None:
    """Connect, send something, and end the connection by RST."""
    starts = (b"G", b"", HELLO[:20], HELLO, PAGE * 3, post(ENTER, 100) + b"{", b"G", b"G")
    async for number in attacker.paced(600):
        one = await attacker.connect()
        if one is not None and await attacker.send(one, starts[number % len(starts)]):
            attacker.reset(one)


async def abandoned(attacker: Attacker) -> None:
    """Ask for what takes time, and leave."""
    async for number in attacker.paced(100):
        one = await attacker.connect()
        if one is not None and await attacker.send(one, SLOW):
            (attacker.reset if number % 2 else attacker.drop)(one)


async def half_handshakes(attacker: Attacker) -> None:
    """Connect to TLS, and say nothing, or half of what is expected, and stay or reset."""
    async for number in attacker.paced(200):
        one = await attacker.connect(port=attacker.tls_port)
        starts = (b"", TLS_HELLO[:100], TLS_HELLO, HELLO)
        if (
            one is not None
            and await attacker.send(one, starts[number % len(starts)])
            and number % 3
        ):
            attacker.reset(one)


async def half_closed(attacker: Attacker) -> None:
    """Close the sending half after one request or several, and wait for the answers."""
    decision = post(ENTER, len(ANN)) + ANN
    kinds = (HELLO, HELLO + HELLO + HELLO, decision, HELLO + decision + SLOW)

    async def send(number: int) -> None:
        one = await attacker.connect()
        if one is not None and await attacker.send(one, kinds[number % len(kinds)]):
            attacker.counts["asked"] += (1, 3, 1, 3)[number % len(kinds)]
            one.shutdown(socket.SHUT_WR)
            await attacker.receive(one, 5)

    await together(attacker, send, 50)

"""Attacks by number."""

from __future__ import annotations

from tests.hardening.attacker import ADDRESS, OTHERS, Attacker, foreign_address, together
from tests.hardening.requests import WAIT, post

WANTED = 1100
"""More connections than the server may have descriptors."""


async def flood(attacker: Attacker) -> None:
    """Open as many connections as possible from one address, and keep them."""
    # From a loopback address comes the proxy on the same machine, which may have as many.
    address = foreign_address() or ADDRESS
    async for _ in attacker.paced(400):
        await attacker.connect(address=address)
        _let_go(attacker)


async def descriptors(attacker: Attacker) -> None:
    """Open more connections than the server has descriptors, from many addresses."""
    async for number in attacker.paced(600):
        address = OTHERS.format(number % 250 + 1)
        await attacker.connect(address=address)
        _let_go(attacker)


def _let_go(attacker: Attacker) -> None:
    if len(attacker.held) > WANTED:
        attacker.drop(attacker.held[0])


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

    await together(attacker, send, 30)

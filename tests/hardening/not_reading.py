"""Attacks by clients that do not take what they ask for."""

from __future__ import annotations

import contextlib

from tests.hardening.attacker import Attacker
from tests.hardening.requests import ANN, ENTER, FILE, NEWS, PAGE, post

PIPELINE_BYTES = 46 * 1024


async def pipelining(attacker: Attacker) -> None:
    """Ask for long pages again and again on one connection, and take no answer."""
    requests = (PAGE, PAGE, NEWS, post(ENTER, len(ANN)) + ANN)
    async for number in attacker.paced(2):
        one = await attacker.connect(buffer_bytes=4096)
        if one is not None:
            await attacker.send(one, _repeated(requests[number % len(requests)]))


async def pipelining_tls(attacker: Attacker) -> None:
    """Do the same over TLS."""
    async for _ in attacker.paced(2):
        writer = await attacker.connect_tls()
        if writer is not None:
            writer.write(_repeated(PAGE))


def _repeated(request: bytes) -> bytes:
    return request * (PIPELINE_BYTES // len(request))


async def slow_readers(attacker: Attacker) -> None:
    """Ask for a large file, and read nothing of it, or a little at a time."""
    async for number in attacker.paced(500):
        if number % 10 == 0:
            one = await attacker.connect(buffer_bytes=4096)
            if one is not None:
                await attacker.send(one, FILE)
        elif attacker.held and number % 2:
            one = attacker.held[number % len(attacker.held)]
            with contextlib.suppress(OSError):  # nothing has come yet, or it was cut
                one.recv(100)

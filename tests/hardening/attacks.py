"""The attacks, each in a process of its own: ``attacks.py NAME SECONDS PORT...``.

It has the lowest priority, so that it takes what the server and the honest clients leave.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
from collections.abc import Awaitable, Callable
from typing import Final

from tests.hardening import crowding, leaving, not_reading, sending
from tests.hardening.attacker import Attacker

ATTACKS: Final[dict[str, Callable[[Attacker], Awaitable[None]]]] = {
    attack.__name__: attack
    for attack in (
        leaving.resets,
        leaving.abandoned,
        leaving.half_handshakes,
        leaving.half_closed,
        not_reading.pipelining,
        not_reading.pipelining_tls,
        not_reading.slow_readers,
        sending.missing_bodies,
        sending.bodies_without_token,
        sending.unfinished_bodies,
        sending.slow_bodies,
        sending.slow_headers,
        sending.forms,
        sending.garbage,
        crowding.flood,
        crowding.descriptors,
        crowding.hanging_hooks,
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
    name, seconds, *ports = sys.argv[1:]
    port, guarded_port, tls_port = map(int, ports)
    attacker = Attacker(port, guarded_port, tls_port, float(seconds))
    asyncio.run(run(name, attacker))
    sys.stdout.write(json.dumps(attacker.counts))


if __name__ == "__main__":
    main()

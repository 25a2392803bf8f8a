"""Measure one attack: what honest clients lose beside it, what it costs, what is left of it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter

import attrs

from tests.hardening.honest import Connection, Question, Sample, get, honest_clients
from tests.hardening.served import MOST_REQUESTS, ROOT, Served

UNDISTURBED_SECONDS = 3
MOST_RECOVERY_SECONDS = 10
MORE_DESCRIPTORS = 5
# An allocator keeps up to what bodies had in memory at a time, for the next ones.
MORE_BYTES = 80 * 1024**2
SLOW = get("/slow", b"at last")
HEALTH = get("/health", b"alive")
CHECK_EVERY_SECONDS = 0.2


@attrs.frozen
class Result:
    """What an attack did.

    Attributes:
        answered: How many requests of honest clients had the right answer meanwhile.
        lost: What happened to their other requests, from the first second of it to the last one
            after it.
        undisturbed: In how many seconds 99 of 100 of their answers were there before.
        disturbed: The same for the time of the attack.
        most_bytes: The server's resident memory at its most, since its start.
        recovery_seconds: How long after it descriptors, slots and memory were back; `None` if
            they were not.
        left: What was not back, in words.
        counts: What the attacker saw.
        health: What was wrong with answers to health checks on new connections; `None` if nothing.
    """

    answered: int
    lost: Counter[str]
    undisturbed: float
    disturbed: float
    most_bytes: int
    recovery_seconds: float | None
    left: str
    counts: dict[str, int]
    health: list[str | None]

    @property
    def ratio(self) -> float:
        """How much longer 99 of 100 answers took."""
        return self.disturbed / self.undisturbed


async def measure(served: Served, attack: str, seconds: float, *, has_slots: bool = True) -> Result:
    """Attack a server, beside honest clients.

    Args:
        served: The server, which was not attacked before.
        attack: The name of the attack.
        seconds: How long it goes on.
        has_slots: Whether the server has a limit of requests.
    """
    # Only with connections that they keep there is something to lose if there are no descriptors.
    fresh = 0 if attack == "descriptors" else 4
    async with honest_clients(served.ports[0], fresh=fresh) as honest:
        await honest.measure(1)
        before = await honest.measure(UNDISTURBED_SECONDS)
        descriptors, resident = served.descriptors, served.resident_bytes
        attacker = await start(served, attack, seconds)
        checking = asyncio.create_task(check_health(served, seconds))
        during = await honest.measure(seconds)
        output, _ = await attacker.communicate()
        health = await checking
        after = honest.sample = Sample()
        took, left = await recovery(served, descriptors, resident, has_slots=has_slots)
    return Result(
        len(during.seconds),
        during.lost + after.lost,
        before.percentile(99),
        during.percentile(99),
        served.most_resident_bytes,
        took,
        left,
        json.loads(output),
        health,
    )


async def check_health(served: Served, seconds: float) -> list[str | None]:
    """Check a server's health on new connections; give what was wrong with each answer."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    answers = []
    while loop.time() < end:
        answers.append(await ask_once(served, HEALTH, 200))
        await asyncio.sleep(CHECK_EVERY_SECONDS)
    return answers


async def ask_once(served: Served, question: Question, number: int) -> str | None:
    """Ask on a new connection; say what is wrong with the answer."""
    connection = None
    try:
        async with asyncio.timeout(MOST_RECOVERY_SECONDS):
            connection = await Connection.open(served.ports[0], number)
            return await connection.ask(question)
    except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
        return type(error).__name__
    finally:
        if connection is not None:
            connection.close()


async def start(served: Served, attack: str, seconds: float) -> asyncio.subprocess.Process:
    """Start an attacker."""
    ports = map(str, served.ports)
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.hardening.attacks", attack, str(seconds), *ports),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )


async def recovery(
    served: Served, descriptors: int, resident: int, *, has_slots: bool
) -> tuple[float | None, str]:
    """Wait until a server has as much as before.

    Returns:
        How long that took, or `None`; and what is missing then.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        more = served.descriptors - descriptors
        more_bytes = served.resident_bytes - resident
        left = []
        if more > MORE_DESCRIPTORS:
            left.append(f"{more} descriptors")
        if more_bytes > MORE_BYTES:
            left.append(f"{more_bytes / 1024**2:.0f} MB")
        if has_slots and not left and (taken := await slots_taken(served)):
            left.append(f"{taken} slots")
        took = loop.time() - began
        if not left:
            return took, ""
        if took > MOST_RECOVERY_SECONDS:
            return None, ", ".join(left)
        await asyncio.sleep(0.2)


async def slots_taken(served: Served) -> int:
    """Count the requests that are refused, of as many as there may be beside honest ones."""
    wanted = MOST_REQUESTS - 10
    answers = await asyncio.gather(
        *(ask_once(served, SLOW, 100 + number) for number in range(wanted))
    )
    return sum(answer is not None for answer in answers)

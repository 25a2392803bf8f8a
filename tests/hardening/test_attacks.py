"""Honest clients lose nothing to an attack, and afterwards the server is as it was before."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from pathlib import Path

import pytest

from tests.hardening.attacks import ATTACKS
from tests.hardening.honest import Sample, honest_clients
from tests.hardening.measure import Result, measure, start
from tests.hardening.served import Served, serving_shop

pytestmark = [
    pytest.mark.hardening,
    pytest.mark.skipif(sys.platform != "linux", reason="/proc says what a server takes"),
]

SECONDS = 4
MOST_SECONDS_TO_STOP = 10
MOST_BYTES = 200 * 1024**2
MOST_RATIO = 10
FAST_SECONDS = 0.005
"""Answers that come sooner are not said to be disturbed: on a busy machine that is chance."""
TRIES = 3
"""How often an attack is tried until the answers come in time; all else must hold every time."""

CASES = [
    *(("asyncio", attack) for attack in ATTACKS),
    *((reactor, attack) for reactor in ("uvloop", "epoll") for attack in ("resets", "pipelining")),
]


def attack_once(reactor: str, attack: str, folder: Path) -> Result:
    """Attack a new server, and check all that does not depend on the machine's other work."""
    with serving_shop(reactor, folder) as served:
        result = asyncio.run(measure(served, attack, SECONDS))
        served.process.terminate()
        code = served.process.wait(30)
        log = served.log.read_text()
    assert result.lost == {}
    assert result.answered > 0
    assert result.left == ""
    assert result.most_bytes < MOST_BYTES
    assert (code, faults_in(log)) == (0, [])
    return result


def faults_in(log: str) -> list[str]:
    """List the entries of a log that have a traceback, but for those about a module's failure."""
    entries = re.split(r"^(?=\d{4}-\d\d-\d\d )", log, flags=re.MULTILINE)
    return [
        each for each in entries if "Traceback" in each and " hostkit.modules." not in each[:80]
    ]


@pytest.mark.parametrize(("reactor", "attack"), CASES)
def test_honest_clients_lose_nothing(reactor: str, attack: str, tmp_path: Path) -> None:
    """All their requests are answered rightly and in time, in bounded memory; all is given back.

    The attacker shares the cores with the server and the honest clients, at the lowest priority.
    """
    results = []
    for _ in range(TRIES):
        results.append(attack_once(reactor, attack, tmp_path))
        before = max(results[-1].undisturbed, FAST_SECONDS)
        if results[-1].disturbed < MOST_RATIO * before:
            break
    else:
        pytest.fail(f"answers came late, each time: {results}")
    seen = results[-1].counts
    if attack == "half_closed":
        assert (seen["200"], seen["no answer"]) == (seen["asked"], 0)
    if attack == "forms":
        assert seen["no answer"] == 0


TOGETHER = ("slow_readers", "missing_bodies", "slow_headers", "resets")


async def reload_and_stop(served: Served) -> Sample:
    """Reload and stop a server while several attacks go on; give what honest clients saw."""
    async with honest_clients(served.ports[0]) as honest:
        attackers = [await start(served, attack, SECONDS) for attack in TOGETHER]
        await honest.measure(1)
        served.process.send_signal(signal.SIGHUP)
        sample = await honest.measure(2)
    served.process.terminate()
    async with asyncio.timeout(MOST_SECONDS_TO_STOP):
        while served.process.poll() is None:
            await asyncio.sleep(0.05)
    for attacker in attackers:
        await attacker.communicate()
    return sample


def test_a_server_under_attack_reloads_and_stops(tmp_path: Path) -> None:
    """Both take as long as ever, and honest clients lose nothing until it stops."""
    with serving_shop("asyncio", tmp_path) as served:
        sample = asyncio.run(reload_and_stop(served))
        log = served.log.read_text()
    assert (sample.lost, bool(sample.seconds)) == ({}, True)
    assert log.count("INFO hostkit.serve: reloaded") == 1
    assert (served.process.returncode, re.findall("Traceback.*", log)) == (0, [])

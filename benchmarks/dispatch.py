"""What a hook call costs, compared with a hand-written loop of awaits and with other systems.

Run it with `nox -s bench`, or by itself; `pip install matrix-synapse` adds the homeserver's chain.
Callbacks do nothing but answer, which is the hardest case: with work to do all ratios come closer
to one.
"""

from __future__ import annotations

import asyncio
import logging

import rivals
import spam
from pairing import Case, pin, print_table, ratios

from hookspecs import NOT_SPAM
from hostkit import ALLOW, Deny

LENGTHS = (0, 1, 3, 10, 50)
HAND = "hand-written loop"
HOSTKIT = "hostkit"
EVENT = object()


def case(ask: rivals.Ask) -> Case:
    """Await a function so many times."""

    async def run(count: int) -> None:
        for _ in range(count):
            await ask(EVENT)

    return run


def checks(caller: rivals.Events | rivals.ByHand) -> Case:
    """Call a method the way servers do: through the object it belongs to."""

    async def run(count: int) -> None:
        for _ in range(count):
            await caller.check(EVENT)

    return run


def checks_by_name(caller: rivals.Events) -> Case:
    """The same, with the argument passed by name."""

    async def run(count: int) -> None:
        for _ in range(count):
            await caller.check(event=EVENT)

    return run


def fresh_denials(length: int) -> dict[str, Case]:
    """The same, with a first callback that makes a new `Deny` for each call."""
    modules: list[rivals.Module] = [rivals.FreshDenier(ALLOW)]
    modules += [rivals.Module(ALLOW) for _ in range(length - 1)]
    return {
        HAND: checks(rivals.ByHand(modules)),
        HOSTKIT: checks(rivals.hostkit(modules, "sampled")),
        "hostkit, timing: exact": checks(rivals.hostkit(modules, "exact")),
    }


def failures(length: int, failing: int) -> dict[str, Case]:
    """Chains in which the first modules fail, with logging off, and the others are asked."""
    modules: list[rivals.Module] = [rivals.Failing(ALLOW) for _ in range(failing)]
    modules += [rivals.Module(ALLOW) for _ in range(length - failing)]
    return {
        HAND: checks(rivals.ByHandGoingOn(modules)),
        HOSTKIT: case(rivals.hostkit(modules, "sampled").check_on),
    }


def spam_cases(length: int, answer: object) -> dict[str, Case]:
    """The homeserver's hook for events, which reads what modules answer."""
    modules = [rivals.Module(NOT_SPAM) for _ in range(length - 1)]
    modules.insert(0, rivals.Module(answer))
    found = {
        HAND: case(spam.ByHand(modules).check),
        HOSTKIT: case(spam.hostkit(modules)),
    }
    if rivals.has_synapse():
        found["Synapse's spam chain"] = case(spam.synapse(modules))
    return found


def cases(length: int, *, denies: bool) -> dict[str, Case]:
    """All systems with so many callbacks, of which the first denies or none."""
    denial = Deny("denied", "for the benchmark")
    modules = [rivals.Module(denial if denies and not index else ALLOW) for index in range(length)]
    sampled = rivals.hostkit(modules, "sampled")
    by_hand = rivals.ByHand(modules)
    found = {
        HAND: checks(by_hand),
        "the same, not as a method": case(by_hand.check),
        HOSTKIT: checks(sampled),
        "hostkit, called by name": checks_by_name(sampled),
        "hostkit, timing: exact": checks(rivals.hostkit(modules, "exact")),
        "hostkit, shield=True": case(sampled.check_to_the_end),
        "pluggy, collected then awaited": case(rivals.pluggy_collected(modules)),
        "apluggy": case(rivals.apluggy_gathered(modules)),
        "blinker send_async": case(rivals.blinker_sent(modules)),
    }
    if rivals.has_synapse():
        found["Synapse's spam chain"] = case(rivals.synapse_spam_chain(modules))
    return found


async def main() -> None:
    """Measure and print."""
    pin()
    to_hand = {}
    to_hostkit = {}
    for length in LENGTHS:
        for denies in (False, True) if length else (False,):
            heading = f"{length} deny" if denies else str(length)
            column = await ratios(cases(length, denies=denies), HAND)
            to_hand[heading] = column
            to_hostkit[heading] = {
                name: ratio / column[HOSTKIT] for name, ratio in column.items() if name != HOSTKIT
            }
    to_hand["3 new deny"] = await ratios(fresh_denials(3), HAND)
    print_table("time / hand-written loop", to_hand)
    print()
    print_table("time / hostkit", to_hostkit)
    print()
    logging.disable()
    print_table(
        "modules that fail: time / hand-written loop without receipts",
        {
            f"{failing} of {length}": await ratios(failures(length, failing), HAND)
            for length, failing in ((1, 1), (3, 1), (10, 1), (10, 10))
        },
    )
    logging.disable(logging.NOTSET)
    print()
    print_table(
        "check_event_for_spam: time / hand-written loop that reads answers alike",
        {
            f"{length} {name}".strip(): await ratios(spam_cases(length, answer), HAND)
            for length in LENGTHS[1:]
            for name, answer in spam.ANSWERS.items()
        },
    )


if __name__ == "__main__":
    asyncio.run(main())

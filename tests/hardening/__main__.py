"""Print what attacks do to hostkit and to others.

``python -m tests.hardening [--server NAME]... [--attack NAME]... [--seconds N]``
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import click

from tests.hardening.attacks import ATTACKS
from tests.hardening.measure import Result, measure
from tests.hardening.others import KINDS
from tests.hardening.served import serving_other, serving_shop

REACTORS = ("asyncio", "uvloop", "epoll")
ONLY_HOSTKIT = {"bodies_without_token", "hanging_hooks", "pipelining_tls", "half_handshakes"}
HEAD = f"{'server':12}{'attack':22}{'right':>6}{'lost':>6}{'p99 ms':>16}{'ratio':>7}{'MB':>6}  back"


def row(server: str, attack: str, result: Result) -> str:
    """Write a row of the table."""
    times = f"{result.undisturbed * 1000:.1f} -> {result.disturbed * 1000:.1f}"
    took = result.recovery_seconds
    back = f"no: {result.left}" if took is None else f"{took:.1f} s"
    lost = ", ".join(f"{count} x {what}" for what, count in result.lost.most_common(3))
    unhealthy = sum(each is not None for each in result.health)
    seen = ", ".join(f"{count} {what}" for what, count in result.counts.items())
    return (
        f"{server:12}{attack:22}{result.answered:6}{result.lost.total():6}{times:>16}"
        f"{result.ratio:7.1f}{result.most_bytes / 1024**2:6.0f}  {back}; {seen}; "
        f"{unhealthy} of {len(result.health)} health checks lost; {lost}"
    )


def attack_once(server: str, attack: str, seconds: float) -> Result:
    """Start a server, and attack it."""
    with tempfile.TemporaryDirectory() as name:
        if server in REACTORS:
            with serving_shop(server, Path(name)) as served:
                return asyncio.run(measure(served, attack, seconds))
        with serving_other(server, Path(name)) as served:
            return asyncio.run(measure(served, attack, seconds, has_slots=False))


@click.command()
@click.option("--server", "servers", multiple=True, type=click.Choice([*REACTORS, *KINDS]))
@click.option("--attack", "attacks", multiple=True, type=click.Choice(list(ATTACKS)))
@click.option("--seconds", default=5.0, help="How long each attack goes on.")
def main(servers: tuple[str, ...], attacks: tuple[str, ...], seconds: float) -> None:
    """Attack each of the servers in each of the ways."""
    click.echo(HEAD)
    for attack in attacks or ATTACKS:
        for server in servers or (*REACTORS, *KINDS):
            if server in KINDS and attack in ONLY_HOSTKIT:
                continue
            try:
                click.echo(row(server, attack, attack_once(server, attack, seconds)))
            except (AssertionError, OSError) as error:
                click.echo(f"{server:12}{attack:22} the server has ended: {error}")


if __name__ == "__main__":
    main()

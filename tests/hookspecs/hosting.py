"""Hosts with the modules of one category, and calls of their hooks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hostkit import ConfigErrors, Host

from .answers import registering

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hostkit import Category, Receipt
    from hostkit.errors import Problem


def host_of(
    category: type[Category], *modules: Mapping[str, Any], timing: str = "sampled", **options: Any
) -> Host:
    """Build a host with a module for each mapping of hooks to callbacks: ``a``, ``b`` and so on.

    The options are what the file says about every module.
    """
    entries = [
        {"module": registering(category.name, **callbacks), "name": name, **options}
        for name, callbacks in zip("abcdefgh", modules, strict=False)
    ]
    config = {"modules": entries, "hostkit": {"timing": timing}}
    return Host.from_config(config, categories=[category]).build()


def chain_of(category: type[Category], hook: str, *callbacks: Any, **options: Any) -> Host:
    """Build a host with a module for each callback of one hook."""
    return host_of(category, *({hook: callback} for callback in callbacks), **options)


def call(host: Host, hook: str, *arguments: Any) -> Any:
    """Call a hook of the host's only category."""
    (category,) = host.categories

    async def main() -> Any:
        return await getattr(host.hooks[category], hook)(*arguments)

    return asyncio.run(main())


async def cancelling(*_: Any) -> None:
    """A callback during which the task of its caller is cancelled."""
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.sleep(0)


def problem_of(category: type[Category], *modules: Mapping[str, Any]) -> Problem:
    """Build a host that is wrong in one way, and give the problem."""
    try:
        host_of(category, *modules)
    except ConfigErrors as errors:
        (problem,) = errors.problems
        return problem
    raise AssertionError("the host was built")


def receipt_of(host: Host) -> Receipt:
    """Give the host's only receipt."""
    (receipt,) = host.receipts
    return receipt


def outcomes_of(receipt: Receipt) -> list[str]:
    """List what came of asking each module."""
    return [step.outcome.value for step in receipt.steps]

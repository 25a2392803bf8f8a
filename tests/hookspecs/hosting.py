"""Hosts with the modules of one category, their callbacks, and calls of their hooks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from hostkit import Category, ConfigErrors, Host, Outcome, Receipt
from hostkit.errors import Problem
from hostkit.testing import build_host, run
from tests.dispatch import fakes


class HostError(Exception):
    """What a host's own errors look like: with a status, a code and more."""

    def __init__(self, status: int, code: str, **extra: Any) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.extra = extra


answering, raising = fakes.saying, fakes.raising


@attrs.define
class Spy:
    """A callback that notes the arguments of its calls."""

    answer: Any = None
    calls: list[tuple[Any, ...]] = attrs.field(factory=list)

    async def __call__(self, *arguments: Any) -> Any:
        self.calls.append(arguments)
        return self.answer


def registering(category: str, **callbacks: Any) -> type:
    """Make the class of a module that registers callbacks by its category's own method."""

    class Registering:
        def __init__(self, config: Any, api: Any) -> None:
            getattr(api, f"register_{category}_callbacks")(**callbacks)

    return Registering


def wrong_in(receipts: Iterable[Receipt]) -> list[tuple[str, str]]:
    """List the hooks and modules of all answers that are recorded as invalid."""
    return [
        (receipt.hook, step.module)
        for receipt in receipts
        for step in receipt.steps
        if step.outcome is Outcome.INVALID
    ]


def host_of(
    category: type[Category],
    *modules: Mapping[str, Any],
    names: Sequence[str] = "abcdefgh",
    timing: str = "sampled",
    **options: Any,
) -> Host:
    """Build a host with a module for each mapping of hooks to callbacks: ``a``, ``b`` and so on.

    The options are what the file says about every module.
    """
    assert len(modules) <= len(names)
    entries = [
        {"module": registering(category.name, **callbacks), "name": name, **options}
        for name, callbacks in zip(names, modules, strict=False)
    ]
    return build_host(entries, categories=[category], timing=timing)


def chain_of(category: type[Category], hook: str, *callbacks: Any, **options: Any) -> Host:
    """Build a host with a module for each callback of one hook."""
    return host_of(category, *({hook: callback} for callback in callbacks), **options)


def call(host: Host, hook: str, *arguments: Any) -> Any:
    """Call a hook of the host's only category."""
    (category,) = host.categories
    return run(getattr(host.hooks[category], hook)(*arguments))


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

"""Callbacks that answer, raise, or note what they are called with, whatever the hook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from hostkit import Outcome

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from hostkit import Receipt


class HostError(Exception):
    """What a host's own errors look like: with a status, a code and more."""

    def __init__(self, status: int, code: str, **extra: Any) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.extra = extra


def answering(value: Any) -> Callable[..., Awaitable[Any]]:
    """Make a callback that gives an answer."""

    async def answer(*_: Any) -> Any:
        return value

    return answer


def raising(error: BaseException) -> Callable[..., Awaitable[Any]]:
    """Make a callback that raises."""

    async def fail(*_: Any) -> Any:
        raise error

    return fail


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

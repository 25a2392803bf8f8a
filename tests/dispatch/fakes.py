"""Categories, callbacks and clocks for the tests of dispatch."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import attrs
import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit.dispatch import Callback, Chain, KeyedChain, Receipt, Receipts, Trace, make_caller
from hostkit.rules import (
    ALLOW,
    Collect,
    Decision,
    Deny,
    Exclusive,
    FirstDenial,
    FirstResult,
    Merge,
    Notify,
    Rule,
)
from hostkit.specs import Category, fit_by_position, hookspec

C = TypeVar("C", bound=Category)

SPAM = Deny("spam", "no adverts")
RUDE = Deny("rude")


class Comments(Category):
    @hookspec(FirstDenial(), required=1)
    async def check(self, author: str, text: str = "hi") -> Decision:
        """Called before a comment is stored."""

    @hookspec(FirstResult())
    async def find(self, author: str) -> str | None:
        """Called for an author's full name."""

    @hookspec(Notify())
    async def tell(self, author: str) -> None:
        """Called after a comment was stored."""

    @hookspec(Collect())
    async def gather(self, author: str) -> int:
        """Called for an author's marks."""

    @hookspec(Merge(combine=sum, stop_at=100))
    async def add(self, author: str) -> int:
        """Called for an author's points."""

    @hookspec(Exclusive(default="plain"))
    async def style(self, author: str) -> str:
        """Called for an author's style."""

    @hookspec(FirstDenial())
    def check_now(self, author: str) -> Decision:
        """Called before a comment is stored, by who cannot wait."""


@attrs.frozen
class Wired(Generic[C]):
    """One chain, the object it is called through, and its receipts."""

    chain: Chain
    caller: C
    receipts: Receipts

    @property
    def call(self) -> Callable[..., Any]:
        """The hook, as its host calls it."""
        hook: Callable[..., Any] = getattr(self.caller, self.chain.spec.name)
        return hook

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Call the hook in an asyncio task of its own, for ``ann`` by default."""
        return run(self.call(*(args or ("ann",)), **kwargs))

    def start(self, *args: Any) -> Deferred[Any]:
        """Call the hook under Twisted."""
        return Deferred.fromCoroutine(self.call(*(args or ("ann",))))

    @property
    def receipt(self) -> Receipt:
        """The only receipt."""
        (receipt,) = self.receipts
        return receipt


def run(awaitable: Awaitable[Any]) -> Any:
    """Await something in an asyncio task, as a program does that knows nothing of Twisted."""

    async def main() -> Any:
        return await awaitable

    return asyncio.run(main())


begin = Deferred.fromCoroutine
"""Call something under Twisted."""


def done(deferred: Deferred[Any]) -> Any:
    """Take what a Deferred has fired with: its value or, if it failed, an exception."""
    results: list[Any] = []
    deferred.addCallbacks(results.append, lambda failure: results.append(failure.value))
    (result,) = results
    return result


async def cancel(task: asyncio.Future[Any]) -> None:
    """Cancel a task, which ends with that."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def forever(author: str) -> Any:
    await asyncio.Event().wait()


def hang(author: str) -> Deferred[Any]:
    return Deferred()


async def on_a_clock(author: str) -> Any:
    await Deferred()


def callback(
    spec_of: tuple[type[Category], str], module: str, function: Callable[..., Any], **options: Any
) -> Callback:
    """Fit a function to a hook, as the api does."""
    category, hook = spec_of
    fit = fit_by_position(category.hookspecs[hook], function)
    return Callback(module=module, function=function, fit=fit, **options)


@attrs.frozen
class With:
    """A function and what the config file says about its module."""

    function: Callable[..., Any]
    options: dict[str, Any]


def given(function: Callable[..., Any], **options: Any) -> With:
    """Say something about the module that a function belongs to: ``shadow=True``."""
    return With(function, options)


def shadow(function: Callable[..., Any]) -> With:
    """Put a module in shadow mode."""
    return With(function, {"shadow": True})


def wire(
    category: type[C],
    hook: str,
    *functions: Callable[..., Any] | With,
    clock: Clock | None = None,
    exact: bool = False,
    receipts: Receipts | None = None,
) -> Wired[C]:
    """Compile a chain of functions, of modules called ``m0``, ``m1`` and so on."""
    receipts = Receipts() if receipts is None else receipts
    callbacks = []
    for number, function in enumerate(functions):
        known = function if isinstance(function, With) else given(function)
        callbacks.append(callback((category, hook), f"m{number}", known.function, **known.options))
    chain = Chain(category.hookspecs[hook], callbacks, receipts, clock)
    return Wired(chain, make_caller(category, {hook: chain}, exact=exact), receipts)


def hook_of(rule: Rule, **options: Any) -> type[Any]:
    """Declare a category with one hook, called ``ask``, that has a rule of the test's choice."""

    class Desk(Category):
        @hookspec(rule, required=1, **options)
        async def ask(self, author: str, text: Any = "hi") -> Any:
            """Called when a host asks."""

    return Desk


async def allow(author: str) -> Decision:
    return ALLOW


async def spam(author: str) -> Decision:
    return SPAM


async def rude(author: str) -> Decision:
    return RUDE


async def broken(author: str) -> Decision:
    raise KeyError(author)


async def nonsense(author: str) -> Any:
    return 7


async def nothing(author: str) -> None:
    return None


def saying(value: Any) -> Callable[..., Awaitable[Any]]:
    """Make an asynchronous callback that answers with a value."""

    async def say(*_: Any) -> Any:
        return value

    return say


def raising(error: BaseException) -> Callable[..., Awaitable[Any]]:
    """Make an asynchronous callback that raises."""

    async def fail(*_: Any) -> Any:
        raise error

    return fail


@attrs.define
class Spy:
    """A callable object that notes what it is called with."""

    answer: Any = ALLOW
    calls: list[tuple[str, Any]] = attrs.field(factory=list)

    def __call__(self, author: str, text: Any = None) -> Any:
        self.calls.append((author, text))
        return self.answer


def steps_of(receipt: Receipt) -> list[str]:
    """Write the steps of a receipt without their times."""
    return [str(attrs.evolve(step, seconds=None)) for step in receipt.steps]


def outcomes_of(receipts: Iterable[Receipt]) -> list[tuple[str, str | None, str | None]]:
    """List outcome, decider and reason of receipts."""
    return [(receipt.outcome.value, receipt.decider, receipt.reason) for receipt in receipts]


async def trace(
    chain: Chain | KeyedChain, args: Sequence[Any], kwargs: Mapping[str, Any], *, keep: bool
) -> Trace:
    """Call a hook as `Host.ask` and `Host.explain` do."""
    values = chain.spec.bind(args, kwargs)
    return await chain.select(values).ask(values, keep=keep)

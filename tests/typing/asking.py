"""What a call that gives its receipt is to a type checker."""

from __future__ import annotations

from typing import Any, assert_type

from hostkit import Category, Decision, Host, Receipt, Step, Trace, hookspec, rules


class Mail(Category):
    """Callbacks about mails."""

    @hookspec(rules.FirstDenial())
    async def check(self, sender: str, size: int = 5) -> Decision | None:
        """Called for each mail."""

    @hookspec(rules.Collect())
    async def labels(self, sender: str) -> str | None:
        """Called for each mail."""

    @hookspec(rules.FirstResult())
    def folder(self, sender: str) -> str | None:
        """Called for each mail."""

    @hookspec(rules.Notify())
    def notify_now(self, sender: str) -> None:
        """Called for each mail."""


async def a_trace_has_the_result_of_the_hook(host: Host) -> None:
    """Its result is that of a plain call, or `None` if the call raised."""
    hooks = host.hooks[Mail]
    trace = await host.ask(hooks.check, "ann", size=5)
    assert_type(trace, Trace[Decision])
    assert_type(trace.result, Decision | None)
    assert_type(trace.get(), Decision)
    assert_type(trace.receipt, Receipt)
    assert_type(trace.steps, tuple[Step, ...])
    assert_type(trace.error, BaseException | None)
    assert_type(await host.ask(hooks.labels, sender="ann"), Trace[list[str | None]])
    assert_type(await host.ask(hooks.folder, "ann"), Trace[str | None])
    assert_type(await host.ask(hooks.notify_now, "ann"), Trace[None])


async def arguments_are_those_of_the_hook(host: Host) -> None:
    """What a plain call would not take, this does not either."""
    hooks = host.hooks[Mail]
    await host.ask(hooks.check, 5)  # type: ignore[call-overload]
    await host.ask(hooks.check)  # type: ignore[call-overload]
    await host.ask(hooks.labels, name="ann")  # type: ignore[call-overload]
    await host.ask(5, "ann")  # type: ignore[call-overload]
    assert_type(await host.explain(hooks.check, "ann"), Receipt)
    await host.explain(hooks.check, 5)  # type: ignore[call-overload]


async def hooks_by_name_are_not_typed(host: Host) -> None:
    """A name may be that of any hook."""
    assert_type(await host.ask("mail.check", {"sender": "ann"}), Trace[Any])
    assert_type(await host.ask("mail.check", "ann", size=5), Trace[Any])
    assert_type(await host.explain("mail.check", "ann", size=5), Receipt)


def traces(first: Trace[Decision], second: Trace) -> None:
    """Without a type it is that of any hook."""
    assert_type(first.get(), Decision)
    assert_type(second.get(), Any)

"""What a typed registration is to a type checker."""

from __future__ import annotations

from typing import Any, assert_type

from twisted.internet.defer import Deferred

from hostkit import ALLOW, Category, Decision, ModuleApi, hookspec, rules


class Mail(Category):
    """Callbacks about mails."""

    @hookspec(rules.FirstDenial())
    async def check(self, sender: str, size: int = 5) -> Decision | None:
        """Called for each mail."""

    @hookspec(rules.FirstDenial())
    def check_now(self, sender: str) -> Decision | None:
        """Called for each mail."""

    @hookspec(rules.Collect())
    async def labels(self, sender: str) -> str | None:
        """Called for each mail."""


async def check(who: str, size: int) -> Decision:
    """Check."""
    return ALLOW


def check_plainly(who: str, *more: Any) -> Decision:
    """Check without awaiting."""
    return ALLOW


def check_later(who: str, size: int) -> Deferred[Decision]:
    """Check with a Deferred."""
    return Deferred()


async def check_less(who: str) -> Decision:
    """Check one argument."""
    return ALLOW


async def label(who: str) -> str:
    """Give a label."""
    return who


async def check_bytes(who: bytes, size: int) -> Decision:
    """Check something else."""
    return ALLOW


def register(api: ModuleApi) -> None:
    """Callbacks take the hook's arguments, all of them, under any names."""
    api.on(Mail.check)(check)
    api.on(Mail.check)(check_plainly)
    api.on(Mail.check)(check_later)
    api.on(Mail.check_now)(check_plainly)
    api.on(Mail.labels)(label)
    api.on(Mail.labels, key="a")(label)
    api.on(Mail.check)(check_less)  # type: ignore[arg-type]
    api.on(Mail.check)(check_bytes)  # type: ignore[arg-type]
    api.on("check")  # type: ignore[arg-type]
    api.on(Mail.chek)  # type: ignore[attr-defined]


def register_as_a_decorator(api: ModuleApi) -> None:
    """A function that stands alone can be decorated."""

    @api.on(Mail.check)
    async def check_here(who: str, size: int) -> Decision:
        return ALLOW

    @api.on(Mail.labels)  # type: ignore[arg-type]
    async def label_here(who: int) -> str:
        return str(who)


async def modules_call_hooks(api: ModuleApi) -> None:
    """As a host does."""
    assert_type(await api.hooks[Mail].check("ann"), Decision)
    await api.hooks[Mail].check(5)  # type: ignore[arg-type]

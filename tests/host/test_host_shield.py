"""A host's own way to protect the callbacks of shielded hooks."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred, ensureDeferred
from twisted.internet.task import Clock

from hostkit import (
    ALLOW,
    Category,
    Decision,
    HookTimeoutError,
    Host,
    Keyed,
    current_module,
    hookspec,
    rules,
)
from hostkit.errors import RegistrationError
from hostkit.testing import Recorder

NUMBER: ContextVar[int] = ContextVar("NUMBER", default=0)


class Uploads(Category):
    @hookspec(rules.FirstDenial(), shield=True)
    async def check(self, number: int) -> Decision:
        """Called before a file is stored."""

    @hookspec(rules.FirstDenial())
    async def ask(self, number: int) -> Decision:
        """Called before a file is read."""

    @hookspec(rules.FirstResult(), keyed=Keyed("kind"), shield=True)
    async def place(self, kind: str) -> str | None:
        """Called for where files of a kind are stored."""


def host_of(*modules: dict[str, Any], shield: Any, **options: Any) -> Host:
    """Build a host of modules with these callbacks, called ``m0``, ``m1`` and so on."""

    class Module:
        def __init__(self, config: Any, api: Any) -> None:
            api.register_uploads_callbacks(**config)

    entries = []
    for number, callbacks in enumerate(modules):
        limit = {"timeout": callbacks.pop("timeout")} if "timeout" in callbacks else {}
        entries.append({"module": Module, "name": f"m{number}", "config": callbacks, **limit})
    host = Host.from_config({"modules": entries}, categories=[Uploads], shield=shield, **options)
    return host.build()


class Noting:
    """Protects nothing, and notes what it is given."""

    def __init__(self) -> None:
        self.log: list[str] = []

    async def __call__(self, coroutine: Any) -> Any:
        self.log.append("begin")
        try:
            return await coroutine
        finally:
            self.log.append("end")


async def wait(number: int) -> Decision:
    NUMBER.set(number)
    await asyncio.sleep(0)
    return ALLOW


async def test_each_callback_of_a_shielded_hook_is_given_to_it() -> None:
    """A coroutine each; not those that have answered at once, nor those of other hooks."""
    shield = Noting()
    modules: list[Any] = [
        {"check": wait},
        {"check": lambda number: ALLOW},
        {"check": wait, "ask": wait},
    ]
    host = host_of(*modules, shield=shield)
    assert await host.hooks[Uploads].check(5) is ALLOW
    assert await host.hooks[Uploads].ask(6) is ALLOW
    assert NUMBER.get() == 6
    assert shield.log == ["begin", "end"] * 2


async def test_it_shares_context_variables_also_in_a_task_of_its_own() -> None:
    """What a callback sets is the caller's, whatever the function runs it in."""
    host = host_of({"check": wait}, shield=asyncio.create_task)
    await host.hooks[Uploads].check(5)
    assert NUMBER.get() == 5


def delaying(coroutine: Any) -> Deferred[Any]:
    """Protect a coroutine as hosts do that have only Deferreds."""
    outer: Deferred[Any] = Deferred(lambda deferred: deferred.pause())

    def end(result: Any) -> None:
        if outer.called:
            outer.unpause()
        else:
            outer.callback(result)

    ensureDeferred(coroutine).addBoth(end)
    return outer


def test_a_callback_is_let_finish() -> None:
    """The caller gets its cancellation then, and no further module is asked."""
    gate: Deferred[None] = Deferred()
    ends: list[str] = []

    async def check(number: int) -> Decision:
        await gate
        ends.append(str(current_module()))
        return ALLOW

    async def never(number: int) -> Decision:
        raise NotImplementedError

    host = host_of({"check": check}, {"check": never}, shield=delaying)
    call = ensureDeferred(host.hooks[Uploads].check(5))
    failures: list[Any] = []
    call.addErrback(failures.append)
    call.cancel()
    assert (ends, failures) == ([], [])
    gate.callback(None)
    assert ends == ["m0"]
    assert failures[0].check(CancelledError)


def test_a_time_out_is_within() -> None:
    """A callback that is protected from its caller is not protected from the operator."""
    clock = Clock()

    async def check(number: int) -> Decision:
        await Deferred[None]()
        raise NotImplementedError

    host = host_of({"check": check, "timeout": "2s"}, shield=delaying, clock=clock)
    call = ensureDeferred(host.hooks[Uploads].check(5))
    failures: list[Any] = []
    call.addErrback(failures.append)
    clock.advance(1)
    assert failures == []
    clock.advance(1)
    assert failures[0].check(HookTimeoutError) or failures[0].value.__cause__


async def test_keyed_hooks_and_reloaded_hosts_have_it_too() -> None:
    """It is the host's for life."""
    shield = Noting()

    async def place(kind: str) -> str:
        return "here"

    first, second = (Recorder(Uploads, name=name, place={"image": place}) for name in "ab")
    host = Host.from_config({"modules": [first.entry]}, categories=[Uploads], shield=shield)
    async with host:
        assert await host.hooks[Uploads].place("image") == "here"
        await host.reload({"modules": [second.entry]})
        assert await host.hooks[Uploads].place("image") == "here"
    assert shield.log == ["begin", "end"] * 2


def test_what_cannot_be_called_is_refused() -> None:
    """When the host is made."""
    wrong: Any = "delay"
    with pytest.raises(RegistrationError, match="the host's shield cannot be called: 'delay'"):
        Host.from_config({}, shield=wrong)

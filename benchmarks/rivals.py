"""Other ways to ask N callbacks in order until one denies; each returns a function to await."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeAlias, cast

import apluggy
import blinker
import pluggy

from hostkit import ALLOW, Category, Decision, Deny, Host, hookspec, rules

Ask: TypeAlias = Callable[..., Coroutine[Any, Any, object]]


class Module:
    """A module whose callback always answers the same."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    async def check(self, event: object) -> Any:
        return self.answer

    @pluggy.HookimplMarker("bench")
    async def check_event(self, event: object) -> Any:
        return self.answer


class FreshDenier(Module):
    """Denies with a new denial for each call, as modules do whose denials have details."""

    async def check(self, event: object) -> Any:
        return Deny("denied", "for the benchmark", found=1)


class Failing(Module):
    """Fails in each call, with a short message."""

    async def check(self, event: object) -> Any:
        raise ValueError("no")


class ByHand:
    """The limit: what the author of a server would write."""

    def __init__(self, modules: Sequence[Module]) -> None:
        self._callbacks = [module.check for module in modules]

    async def check(self, event: object) -> object:
        for callback in self._callbacks:
            result = await callback(event)
            if result is not ALLOW:
                return result
        return ALLOW


class ByHandGoingOn(ByHand):
    """The same, and a module that fails is passed over."""

    async def check(self, event: object) -> object:
        for callback in self._callbacks:
            try:
                result = await callback(event)
            except Exception:  # noqa: BLE001 -- as hostkit does
                continue
            if result is not ALLOW:
                return result
        return ALLOW


class Events(Category):
    """The category of this benchmark."""

    @hookspec(rules.FirstDenial(on_error="deny"))
    async def check(self, event: object) -> Decision:
        """Called for every event."""

    @hookspec(rules.FirstDenial(on_error="continue"))
    async def check_on(self, event: object) -> Decision:
        """Called for every event; a module that fails is passed over."""

    @hookspec(rules.FirstDenial(on_error="deny"), shield=True)
    async def check_to_the_end(self, event: object) -> Decision:
        """Called for every event, with shielded callbacks."""


def hostkit(modules: Sequence[Module], timing: str) -> Events:
    """Hostkit, as a host calls it."""

    def entry(module: Module) -> type:
        def register(_self: object, _config: object, api: Any) -> None:
            api.register(
                Events, check=module.check, check_on=module.check, check_to_the_end=module.check
            )

        return type("Entry", (), {"__init__": register})

    config = {
        "modules": [{"module": entry(module)} for module in modules],
        "hostkit": {"timing": timing},
    }
    return Host.from_config(config, categories=[Events]).build().hooks[Events]


class _Spec:
    @pluggy.HookspecMarker("bench")
    def check_event(self, event: object) -> object: ...


def _register(manager: pluggy.PluginManager, modules: Sequence[Module]) -> None:
    manager.add_hookspecs(_Spec)
    for module in reversed(modules):
        manager.register(module)


def pluggy_collected(modules: Sequence[Module]) -> Ask:
    """pluggy, whose results are awaited afterwards."""
    manager = pluggy.PluginManager("bench")
    _register(manager, modules)
    hook = manager.hook.check_event

    async def ask(event: object) -> object:
        waiting = hook(event=event)
        for index, coroutine in enumerate(waiting):
            result = await coroutine
            if result is not ALLOW:
                for rest in waiting[index + 1 :]:
                    rest.close()
                return result
        return ALLOW

    return ask


def apluggy_gathered(modules: Sequence[Module]) -> Ask:
    """apluggy, which asks all at once."""
    manager = apluggy.PluginManager("bench")
    _register(manager, modules)

    async def ask(event: object) -> object:
        for result in await manager.ahook.check_event(event=event):
            if result is not ALLOW:
                return result
        return ALLOW

    return ask


def blinker_sent(modules: Sequence[Module]) -> Ask:
    """blinker's asynchronous signals, which ask all."""
    signal = blinker.Signal()
    receivers = []
    for module in modules:

        async def receive(_sender: object, event: object, module: Module = module) -> object:
            return await module.check(event)

        receivers.append(receive)
        signal.connect(receive)

    async def ask(event: object, _keep: Sequence[object] = receivers) -> object:
        for _, result in await signal.send_async("bench", event=event):
            if result is not ALLOW:
                return result
        return ALLOW

    return ask


def has_synapse() -> bool:
    """Whether the homeserver that hostkit is modelled on is installed."""
    return importlib.util.find_spec("synapse") is not None


def synapse_spam_chain(modules: Sequence[Module]) -> Ask:
    """The spam checker callbacks of the homeserver; its continue value is a string."""
    return synapse(
        [Module("NOT_SPAM" if module.answer is ALLOW else "denied") for module in modules]
    )


def synapse(modules: Sequence[Module]) -> Ask:
    """The same, with the answers as they are."""
    from unittest.mock import Mock

    from synapse.logging.context import LoggingContext, set_current_context
    from synapse.module_api.callbacks.spamchecker_callbacks import SpamCheckerModuleApiCallbacks
    from synapse.util.clock import Clock
    from twisted.internet import reactor

    homeserver = Mock(hostname="bench")
    homeserver.get_clock.return_value = Clock(reactor, server_name="bench")
    chain = SpamCheckerModuleApiCallbacks(homeserver)
    for module in modules:
        same = module.answer == chain.NOT_SPAM
        chain.register_callbacks(
            check_event_for_spam=Module(chain.NOT_SPAM if same else module.answer).check
        )
    set_current_context(LoggingContext(name="bench", server_name="bench"))
    return cast("Ask", chain.check_event_for_spam)

"""What it costs to register 1,000 modules with 5 hooks each, compared with pluggy as it is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pluggy
from pairing import Case, pin, print_table, ratios

from hostkit import rules
from hostkit.api import HostServices, ModuleApi, Registrations, make_api_class
from hostkit.dispatch import Callback, HookManager
from hostkit.specs import Category, hookspec

if TYPE_CHECKING:
    from collections.abc import Callable

MODULES = 1000
spec = pluggy.HookspecMarker("bench")
impl = pluggy.HookimplMarker("bench")


class Hooks(Category):
    """Five hooks."""

    @hookspec(rules.Notify())
    async def on_a(self, event: object) -> None:
        """The first."""

    @hookspec(rules.Notify())
    async def on_b(self, event: object) -> None:
        """The second."""

    @hookspec(rules.Notify())
    async def on_c(self, event: object) -> None:
        """The third."""

    @hookspec(rules.Notify())
    async def on_d(self, event: object) -> None:
        """The fourth."""

    @hookspec(rules.Notify())
    async def on_e(self, event: object) -> None:
        """The fifth."""


class Spec:
    """The same for pluggy."""

    @spec
    def on_a(self, event: object) -> None: ...
    @spec
    def on_b(self, event: object) -> None: ...
    @spec
    def on_c(self, event: object) -> None: ...
    @spec
    def on_d(self, event: object) -> None: ...
    @spec
    def on_e(self, event: object) -> None: ...


class Module:
    """A module with five callbacks."""

    @impl
    async def on_a(self, event: object) -> None: ...
    @impl
    async def on_b(self, event: object) -> None: ...
    @impl
    async def on_c(self, event: object) -> None: ...
    @impl
    async def on_d(self, event: object) -> None: ...
    @impl
    async def on_e(self, event: object) -> None: ...


def with_pluggy(modules: list[Module]) -> None:
    """Register as pluggy does."""
    manager = pluggy.PluginManager("bench")
    manager.add_hookspecs(Spec)
    for number, module in enumerate(modules):
        manager.register(module, name=f"module {number}")


def with_hostkit(modules: list[Module]) -> None:
    """Register as hostkit does: check that everything fits, then hand it to pluggy."""
    manager = HookManager()
    manager.add_hookspecs(Hooks)
    api_class: type[Any] = make_api_class(ModuleApi, [Hooks])
    services = HostServices((Hooks,))
    for number, module in enumerate(modules):
        registrations = Registrations()
        api_class(f"module {number}", registrations, services).register_hooks_callbacks(
            on_a=module.on_a,
            on_b=module.on_b,
            on_c=module.on_c,
            on_d=module.on_d,
            on_e=module.on_e,
        )
        manager.add_callbacks(
            f"module {number}",
            [
                (
                    registration.spec.name,
                    Callback(
                        module=f"module {number}",
                        function=registration.function,
                        fit=registration.fit,
                    ),
                )
                for registration in registrations.callbacks
            ],
        )


def case(register: Callable[[list[Module]], None]) -> Case:
    """Register all modules so many times."""
    modules = [Module() for _ in range(MODULES)]

    async def run(count: int) -> None:
        for _ in range(count):
            register(modules)

    return run


async def main() -> None:
    """Measure and print."""
    pin()
    column = await ratios(
        {"pluggy": case(with_pluggy), "hostkit": case(with_hostkit)}, "pluggy", rounds=9
    )
    print_table(f"{MODULES} modules, time / pluggy", {"ratio": column})
    print()


if __name__ == "__main__":
    asyncio.run(main())

"""Build a host: modules loaded, registrations checked whole, chains compiled."""

from __future__ import annotations

import logging
from collections import Counter
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final, final

import attrs

from hostkit import codes
from hostkit.dispatch import Callback, Chain, HookManager, Hooks, Receipts, make_caller
from hostkit.errors import ConfigErrors, Problem
from hostkit.loading import MODULES, Module, load_module

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twisted.internet.interfaces import IReactorTime

    from hostkit.api import ModuleApi, Mount
    from hostkit.config import HostFile
    from hostkit.specs import Category

_log: Final = logging.getLogger("hostkit.host")


@final
@attrs.frozen(eq=False)
class Built:
    """Everything that building a host makes.

    Attributes:
        categories: The host's categories.
        modules: Its modules, in config order.
        plugin_manager: Holds all hookspecs and hookimpls.
        chains: A chain for each hook, by its full name.
        hooks: What the hooks are called through.
        receipts: The last decisions.
        mounts: Which module serves which path.
    """

    categories: tuple[type[Category], ...]
    modules: tuple[Module, ...]
    plugin_manager: HookManager
    chains: Mapping[str, Chain]
    hooks: Hooks
    receipts: Receipts
    mounts: Mapping[str, tuple[Module, Mount]]


def build(
    file: HostFile,
    categories: Sequence[type[Category]],
    api_class: type[ModuleApi],
    clock: IReactorTime | None,
) -> Built:
    """Load all modules of a file and compile their chains; nothing is started.

    Raises:
        ConfigErrors: Something is wrong with some modules; all of it is told.
    """
    modules = _load_modules(file, api_class)
    manager = HookManager()
    for category in categories:
        manager.add_hookspecs(category)
    for module in modules:
        manager.add_callbacks(module.name, _callbacks(module))
    receipts = Receipts(file.settings.receipts, file.redact)
    chains: dict[str, Chain] = {}
    callers: dict[type[Category], Category] = {}
    for category in categories:
        own = {
            name: Chain(spec, manager.chain_of(spec), receipts, clock)
            for name, spec in category.hookspecs.items()
        }
        chains.update((chain.spec.full_name, chain) for chain in own.values())
        callers[category] = make_caller(category, own, exact=file.settings.timing == "exact")
    manager.close()
    return Built(
        categories=tuple(categories),
        modules=modules,
        plugin_manager=manager,
        chains=chains,
        hooks=Hooks(callers),
        receipts=receipts,
        mounts=_mounts(modules),
    )


def _load_modules(file: HostFile, api_class: type[ModuleApi]) -> tuple[Module, ...]:
    modules: list[Module] = []
    problems: list[Problem] = []
    owners: dict[str, Module] = {}
    named = any(isinstance(entry.module, str) for entry in file.modules)
    points = entry_points(group=MODULES) if named else None
    for entry in file.modules:
        if not entry.enabled:
            continue
        try:
            module = load_module(file, entry, api_class, points)
        except ConfigErrors as errors:
            problems += errors.problems
        else:
            problems += _check_exclusive(file, module, owners)
            modules.append(module)
    if problems:
        raise ConfigErrors(tuple(problems))
    return tuple(modules)


def _check_exclusive(file: HostFile, module: Module, owners: dict[str, Module]) -> list[Problem]:
    """Find the module's hooks that can have only one callback, and have got another."""
    if module.entry.mode == "shadow":
        return []
    specs = [registration.spec for registration in module.callbacks]
    problems = []
    for hook, count in Counter(spec.full_name for spec in specs if spec.rule.exclusive).items():
        owner = owners.setdefault(hook, module)
        if owner is not module:
            message = f"modules {owner.name!r} and {module.name!r} both register for {hook}"
            hint = "remove one of them, or set `enabled: false` or `mode: shadow`"
        elif count > 1:
            message = f"module {module.name!r} registers {count} times for {hook}"
            hint = "let one callback do it all"
        else:
            continue
        message += ", which can have only one callback"
        problems.append(file.problem(codes.NOT_EXCLUSIVE, message, module.entry.path, hint=hint))
    return problems


def _callbacks(module: Module) -> list[tuple[str, Callback]]:
    entry = module.entry
    return [
        (
            registration.spec.name,
            Callback(
                module=module.name,
                function=registration.function,
                fit=registration.fit,
                timeout_seconds=entry.timeout_seconds,
                on_error=None if entry.on_error == "default" else entry.on_error,
                shadow=entry.mode == "shadow",
                locate=module.place,
            ),
        )
        for registration in module.callbacks
    ]


def _mounts(modules: Sequence[Module]) -> dict[str, tuple[Module, Mount]]:
    """Decide who serves each path: the module that is listed first."""
    mounts: dict[str, tuple[Module, Mount]] = {}
    for module in modules:
        for mount in module.mounts:
            owner, first = mounts.setdefault(mount.path, (module, mount))
            places = f"(registered at {first.source} and {mount.source})"
            if owner is not module:
                _log.warning(
                    "modules %r and %r both want to serve %s; %r is listed first and serves it %s",
                    owner.name,
                    module.name,
                    mount.path,
                    owner.name,
                    places,
                )
            elif first is not mount:
                _log.warning(
                    "module %r wants to serve %s twice; what it registered first is served %s",
                    module.name,
                    mount.path,
                    places,
                )
    return mounts

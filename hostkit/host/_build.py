"""Build a host: modules loaded, registrations checked whole, chains compiled."""

from __future__ import annotations

import logging
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final, final

import attrs

from hostkit.api import ModuleApi, Mount, make_api_class
from hostkit.dispatch import Callback, Chain, HookManager, Hooks, KeyedChain, Receipts, make_caller
from hostkit.errors import ConfigErrors, Problem
from hostkit.host._claims import Claims
from hostkit.loading import MODULES, Module, load_module

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twisted.internet.interfaces import IReactorTime

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
    chains: Mapping[str, Chain | KeyedChain]
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
    modules = _load_modules(file, categories, make_api_class(api_class, categories))
    manager = HookManager()
    for category in categories:
        manager.add_hookspecs(category)
    for module in modules:
        manager.add_callbacks(module.name, _callbacks(module))
    receipts = Receipts(file.settings.receipts, file.redact)
    chains: dict[str, Chain | KeyedChain] = {}
    callers: dict[type[Category], Category] = {}
    for category in categories:
        own = {
            name: (KeyedChain if spec.keyed else Chain)(
                spec, manager.chain_of(spec), receipts, clock
            )
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


def _load_modules(
    file: HostFile, categories: Sequence[type[Category]], api_class: type[ModuleApi]
) -> tuple[Module, ...]:
    modules: list[Module] = []
    problems: list[Problem] = []
    claims = Claims(file, categories)
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
            module, conflicts = claims.add(module)
            problems += conflicts
            modules.append(module)
    if problems:
        raise ConfigErrors(tuple(problems))
    return tuple(modules)


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
                key=registration.key,
                details=registration.details,
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
            if owner is not module:
                _log.warning(
                    "modules %r and %r both want to serve %s; %r is listed first and serves it",
                    owner.name,
                    module.name,
                    mount.path,
                    owner.name,
                )
            elif first is not mount:
                _log.warning(
                    "module %r wants to serve %s twice; what it registered first is served",
                    module.name,
                    mount.path,
                )
    return mounts

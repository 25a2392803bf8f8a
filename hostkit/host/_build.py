"""Build a host: modules loaded, registrations checked whole, chains compiled."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from hostkit.config import ModulePolicies
from hostkit.dispatch import Callback, Chain, HookManager, Hooks, KeyedChain, Receipts, make_caller
from hostkit.errors import ConfigErrors
from hostkit.host._claims import Claims, assign_paths, warn_about_order
from hostkit.host._deciders import check_deciders
from hostkit.host._missing import leave_out
from hostkit.host._state import HostState
from hostkit.loading import check_order
from hostkit.loops import DetachedTasks
from hostkit.rules import ByKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twisted.internet.interfaces import IReactorTime

    from hostkit.config import HostFile, ModulePolicy
    from hostkit.errors import Problem
    from hostkit.host._missing import MissingModule
    from hostkit.loading import Module, ModuleLoader
    from hostkit.loops import Protect
    from hostkit.rules import OnError
    from hostkit.specs import Category


def build(
    loader: ModuleLoader,
    clock: IReactorTime | None,
    before: HostState | None = None,
    *,
    missing: Sequence[MissingModule] = (),
    protect: Protect | None = None,
) -> HostState:
    """Load all modules of a file and compile their chains; nothing is started.

    Args:
        loader: Loads the modules of the file.
        clock: Where timeouts are set; see `Chain`.
        before: What was built before, if this is a reload. Its hooks call its own chains until
            `HostState.connect`.
        missing: Optional modules that are known to have failed, so that they are not loaded.
        protect: As for `Chain`.

    Raises:
        ConfigErrors: Something is wrong with some modules; all of it is reported.
    """
    file, categories = loader.file, loader.services.categories
    loaded, modules, missing = _load_modules(loader, before.loaded if before else (), missing)
    manager = _manager(loader, modules, before)
    # A host's hooks and receipts stay the same objects for life: its code holds on to them.
    receipts = Receipts(file.settings.receipts, file.redact) if before is None else before.receipts
    detached = DetachedTasks() if before is None else before.detached
    chains = _chains(manager, categories, receipts, clock, detached, protect)
    state = HostState(
        loader=loader,
        loaded=loaded,
        modules=modules,
        plugin_manager=manager,
        chains_of=chains,
        hooks=_hooks(chains, file) if before is None else before.hooks,
        receipts=receipts,
        detached=detached,
        mounts=assign_paths(modules, loader.findings),
        missing=missing,
        generation=_generation(file, before),
    )
    _check(state)
    if before is None:
        state.bind()
    return state


def _check(state: HostState) -> None:
    """Look at all modules together."""
    warn_about_order(state.chains.values(), state.loader.findings)
    check_deciders(state.loader.file, state.chains, state.modules)


def _generation(file: HostFile, before: HostState | None) -> int:
    """Count the files of a host, unless its supervisor does."""
    if file.generation is not None:
        return file.generation
    if before is None:
        return 1
    return before.generation + (before.loader.file is not file)


def _manager(
    loader: ModuleLoader, modules: Sequence[Module], before: HostState | None
) -> HookManager:
    categories, environment = loader.services.categories, loader.environment
    generation = _generation(loader.file, before)
    manager = HookManager(before.plugin_manager.monitors if before is not None else None)
    for category in categories:
        manager.add_hookspecs(category)
    for module in modules:
        find = functools.partial(environment.distribution_of, module.entry.module)
        manager.add_callbacks(module.name, _callbacks(module, generation), find)
    return manager


def _chains(
    manager: HookManager,
    categories: Sequence[type[Category]],
    receipts: Receipts,
    clock: IReactorTime | None,
    detached: DetachedTasks,
    protect: Protect | None,
) -> dict[type[Category], dict[str, Chain | KeyedChain]]:
    chains: dict[type[Category], dict[str, Chain | KeyedChain]] = {
        category: {
            name: (KeyedChain if spec.keyed else Chain)(
                spec, manager.chain_of(spec), receipts, clock, detached, protect
            )
            for name, spec in category.hookspecs.items()
        }
        for category in categories
    }
    manager.close()  # a plugin that came later would be in no chain
    return chains


def _hooks(
    chains_of: Mapping[type[Category], Mapping[str, Chain | KeyedChain]], file: HostFile
) -> Hooks:
    return Hooks(
        {
            category: make_caller(category, chains, exact=file.settings.timing == "exact")
            for category, chains in chains_of.items()
        }
    )


def _load_modules(
    loader: ModuleLoader, kept: Sequence[Module], known: Sequence[MissingModule]
) -> tuple[tuple[Module, ...], tuple[Module, ...], tuple[MissingModule, ...]]:
    """Load modules as they are, and without registrations for what belongs to another.

    Returns:
        The modules in both forms, and the optional ones that are missing.
    """
    missing = {each.name: each for each in known}
    loaded: list[Module] = []
    modules: list[Module] = []
    problems: list[Problem] = []
    claims = Claims(loader.findings, loader.services.categories)
    for entry in loader.file.modules:
        if not entry.enabled or entry.name in missing:
            continue
        try:
            module = loader.keep(entry, kept) or loader.load(entry)
        except ConfigErrors as errors:
            wrong = loader.file.without_stand_ins(errors.problems)
            if entry.optional and wrong:
                missing[entry.name] = leave_out(entry, wrong, loader.findings)
            else:
                problems += wrong
        else:
            allowed, conflicts = claims.add(module)
            problems += conflicts
            # Whole for the next reload, in which another module's claims may be gone.
            loaded.append(module)
            modules.append(allowed)
    classes = [(module.entry, module.module_class) for module in loaded]
    problems += check_order(loader.file, classes, loader.environment)
    if problems:
        raise ConfigErrors(tuple(problems))
    in_order = sorted(missing.values(), key=lambda each: each.entry.index)
    return tuple(loaded), tuple(modules), tuple(in_order)


def _callbacks(module: Module, generation: int) -> list[tuple[str, Callback]]:
    entry = module.entry
    return [
        (
            registration.spec.name,
            Callback(
                module=module.name,
                function=registration.function,
                fit=registration.fit,
                timeout_seconds=entry.timeout_seconds,
                on_error=_policies(entry.on_error),
                shadow=entry.mode == "shadow",
                locate=module.place,
                key=registration.key,
                details=registration.details,
                generation=generation,
            ),
        )
        for registration in module.callbacks
    ]


def _policies(on_error: ModulePolicy | ModulePolicies) -> OnError | ByKind | None:
    if isinstance(on_error, ModulePolicies):
        return ByKind(
            unavailable=on_error.unavailable, timeout=on_error.timeout, error=on_error.error
        )
    return None if on_error == "default" else on_error

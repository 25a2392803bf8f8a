"""Build a host: modules loaded, registrations checked whole, chains compiled."""

from __future__ import annotations

import functools
import logging
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final, final

import attrs

from hostkit.codes import Code
from hostkit.dispatch import (
    Callback,
    Chain,
    HookManager,
    Hooks,
    KeyedChain,
    Receipts,
    bind_hooks,
    make_caller,
)
from hostkit.errors import ConfigErrors, Problem
from hostkit.host._claims import Claims
from hostkit.host._unknown_hook import UnknownHookError
from hostkit.loading import MODULES, Module, keep_module, load_module
from hostkit.loops import DetachedTasks
from hostkit.wording import did_you_mean

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
        loaded: The host's modules in config order, with all that they have registered.
        modules: The same, without what another module has for itself.
        plugin_manager: Holds all hookspecs and hookimpls.
        chains_of: For each category, a chain for each of its hooks.
        hooks: What the hooks are called through.
        receipts: The last decisions.
        detached: Notifications whose callers were cancelled.
        mounts: Which module serves which path.
    """

    loaded: tuple[Module, ...]
    modules: tuple[Module, ...]
    plugin_manager: HookManager
    chains_of: Mapping[type[Category], Mapping[str, Chain | KeyedChain]]
    hooks: Hooks
    receipts: Receipts
    detached: DetachedTasks
    mounts: Mapping[str, tuple[Module, Mount]]

    @functools.cached_property
    def chains(self) -> Mapping[str, Chain | KeyedChain]:
        """A chain for each hook, by its full name."""
        return {
            chain.spec.full_name: chain
            for chains in self.chains_of.values()
            for chain in chains.values()
        }

    def find(self, hook: str) -> Chain | KeyedChain:
        """Find the chain of a hook by its full name.

        Raises:
            UnknownHookError: There is no such hook.
        """
        if hook in self.chains:
            return self.chains[hook]
        raise UnknownHookError(
            Code.NO_SUCH_HOOK,
            f"this host has no hook {hook!r}",
            expected=", ".join(sorted(self.chains)) or "no hook, since it has none",
            hint=did_you_mean(hook, self.chains),
        )

    def connect(self, file: HostFile) -> None:
        """Have the hooks call these chains, if they called others before.

        Args:
            file: What was built from.
        """
        self.receipts.follow()
        exact = file.settings.timing == "exact"
        for category, chains in self.chains_of.items():
            bind_hooks(self.hooks[category], chains, exact=exact)


def build(
    file: HostFile,
    categories: Sequence[type[Category]],
    api_class: type[ModuleApi],
    clock: IReactorTime | None,
    before: Built | None = None,
) -> Built:
    """Load all modules of a file and compile their chains; nothing is started.

    Args:
        file: The file.
        categories: The host's categories.
        api_class: What modules are given to register with.
        clock: Where timeouts are set; see `Chain`.
        before: What was built before, if this is a reload. Its modules that stand unchanged in the
            file are kept. What its hooks are called through is not changed yet; see `connect`.

    Raises:
        ConfigErrors: Something is wrong with some modules; all of it is told.
    """
    kept = () if before is None else before.loaded
    loaded, modules = _load_modules(file, categories, api_class, kept)
    manager = HookManager()
    for category in categories:
        manager.add_hookspecs(category)
    for module in modules:
        manager.add_callbacks(module.name, _callbacks(module))
    settings = file.settings
    receipts = Receipts(settings.receipts, file.redact) if before is None else before.receipts
    detached = DetachedTasks() if before is None else before.detached
    chains = _chains(manager, categories, receipts, clock, detached)
    manager.close()
    return Built(
        loaded=loaded,
        modules=modules,
        plugin_manager=manager,
        chains_of=chains,
        hooks=_hooks(chains, exact=settings.timing == "exact") if before is None else before.hooks,
        receipts=receipts,
        detached=detached,
        mounts=_mounts(modules),
    )


def _chains(
    manager: HookManager,
    categories: Sequence[type[Category]],
    receipts: Receipts,
    clock: IReactorTime | None,
    detached: DetachedTasks,
) -> dict[type[Category], dict[str, Chain | KeyedChain]]:
    return {
        category: {
            name: (KeyedChain if spec.keyed else Chain)(
                spec, manager.chain_of(spec), receipts, clock, detached
            )
            for name, spec in category.hookspecs.items()
        }
        for category in categories
    }


def _hooks(
    chains_of: Mapping[type[Category], Mapping[str, Chain | KeyedChain]], *, exact: bool
) -> Hooks:
    return Hooks(
        {
            category: make_caller(category, chains, exact=exact)
            for category, chains in chains_of.items()
        }
    )


def _load_modules(
    file: HostFile,
    categories: Sequence[type[Category]],
    api_class: type[ModuleApi],
    kept: Sequence[Module],
) -> tuple[tuple[Module, ...], tuple[Module, ...]]:
    """Load modules as they are, and without what another has for itself."""
    loaded: list[Module] = []
    modules: list[Module] = []
    problems: list[Problem] = []
    claims = Claims(file, categories)
    named = any(isinstance(entry.module, str) for entry in file.modules)
    points = entry_points(group=MODULES) if named else None
    for entry in file.modules:
        if not entry.enabled:
            continue
        try:
            module = keep_module(file, entry, kept) or load_module(file, entry, api_class, points)
        except ConfigErrors as errors:
            problems += errors.problems
        else:
            allowed, conflicts = claims.add(module)
            problems += conflicts
            loaded.append(module)
            modules.append(allowed)
    if problems:
        raise ConfigErrors(tuple(problems))
    return tuple(loaded), tuple(modules)


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

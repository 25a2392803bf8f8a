"""What only one module of a host can have: a category, a hook, the meaning of a key, a path."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING, Final, final

import attrs

from hostkit.codes import Code
from hostkit.logs import logger_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from hostkit.api import Mount, Registration
    from hostkit.config import Findings
    from hostkit.dispatch import Chain, KeyedChain
    from hostkit.errors import Problem
    from hostkit.loading import Module
    from hostkit.specs import Category

_log: Final = logging.getLogger("hostkit.host")


@final
class Claims:
    """Categories, hooks and meanings of keys that belong to one of the modules added so far.

    A module in shadow mode claims nothing: its answers never count, and trying out a successor is
    what the mode is for.

    Args:
        findings: Collects warnings about the config file, in which problems are placed.
        categories: The host's categories.
    """

    def __init__(self, findings: Findings, categories: Sequence[type[Category]]) -> None:
        self._findings = findings
        self._file = findings.file
        self._exclusive = frozenset(each.name for each in categories if each.exclusive)
        self._categories: dict[str, Module] = {}
        self._hooks: dict[tuple[str, Hashable], Module] = {}
        self._keys: dict[tuple[str, Hashable], tuple[Module, Registration]] = {}

    def add(self, module: Module) -> tuple[Module, list[Problem]]:
        """Add the next module in config order.

        Returns:
            The module without registrations for what belongs to another, and what is wrong.
        """
        if module.entry.mode == "shadow":
            return module, []
        module = self._leave_out(module)
        return module, [*self._check_hooks(module), *self._check_keys(module)]

    def _leave_out(self, module: Module) -> Module:
        """Leave out what a module registers for categories that have another module.

        That is a warning and not an error, unlike two modules for an exclusive hook: a category is
        taken as a whole, so what is left out makes sense without the rest.
        """
        taken = []
        for name in dict.fromkeys(each.spec.category for each in module.callbacks):
            if name in self._exclusive:
                owner = self._categories.setdefault(name, module)
                if owner is not module:
                    taken.append(name)
                    self._findings.warn(
                        _log,
                        module.entry.path,
                        "module %r registers for %s, which only one module can have; "
                        "%r is listed first and has it",
                        module.name,
                        name,
                        owner.name,
                    )
        kept = tuple(each for each in module.callbacks if each.spec.category not in taken)
        return attrs.evolve(module, callbacks=kept)

    def _check_hooks(self, module: Module) -> Iterator[Problem]:
        """Find hooks, or keys of hooks, that can have only one callback and have got another."""
        # Counted within the module as well: nothing else would refuse its second callback.
        single = [each for each in module.callbacks if each.spec.rule.exclusive]
        for place, count in Counter((each.spec.full_name, each.key) for each in single).items():
            owner = self._hooks.setdefault(place, module)
            hook = place[0] if place[1] is None else f"{place[0]} with the key {place[1]!r}"
            if owner is not module:
                message = f"modules {owner.name!r} and {module.name!r} both register for {hook}"
                hint = "remove one of them, or set `enabled: false` or `mode: shadow`"
            elif count > 1:
                message = f"module {module.name!r} registers {count} times for {hook}"
                hint = "let one callback do it all"
            else:
                continue
            message += ", which can have only one callback"
            yield self._file.problem(Code.NOT_EXCLUSIVE, message, module.entry.path, hint=hint)

    def _check_keys(self, module: Module) -> Iterator[Problem]:
        """Find keys of which this module says something else than another.

        The host can announce the details of a key only once. That two modules have callbacks for
        one key is otherwise as fine as two for one hook.
        """
        for given in module.callbacks:
            hook = given.spec.full_name
            owner, first = self._keys.setdefault((hook, given.key), (module, given))
            if first.details != given.details:
                both = (
                    f"module {module.name!r} contradicts itself"
                    if owner is module
                    else f"modules {owner.name!r} and {module.name!r} contradict each other"
                )
                yield self._file.problem(
                    Code.CONFLICTING_KEYS,
                    f"{both} about {given.key!r} of {hook}: "
                    f"{first.details!r} is not {given.details!r}",
                    module.entry.path,
                    hint="remove one of them, or make them agree",
                )


def assign_paths(modules: Sequence[Module], findings: Findings) -> dict[str, tuple[Module, Mount]]:
    """Give each path to the module that is listed first, and warn about the others.

    Args:
        modules: The modules, in config order.
        findings: Collects the warnings.

    Returns:
        For each path, the module that serves it and its resource.
    """
    mounts: dict[str, tuple[Module, Mount]] = {}
    for module in modules:
        for mount in module.mounts:
            owner, first = mounts.setdefault(mount.path, (module, mount))
            places = f"(registered at {first.source} and {mount.source})"
            if owner is not module:
                findings.warn(
                    _log,
                    module.entry.path,
                    "modules %r and %r both want to serve %s; %r is listed first and serves it %s",
                    owner.name,
                    module.name,
                    mount.path,
                    owner.name,
                    places,
                )
            elif first is not mount:
                findings.warn(
                    logger_of(module.name),
                    module.entry.path,
                    "module %r wants to serve %s twice; what it registered first is served %s",
                    module.name,
                    mount.path,
                    places,
                )
    return mounts


def warn_about_order(chains: Iterable[Chain | KeyedChain], findings: Findings) -> None:
    """Warn about hooks whose modules decide about what later ones may replace.

    Args:
        chains: The chains of all hooks.
        findings: Collects the warnings.
    """
    for chain in chains:
        rule = chain.spec.rule
        if rule.replaced is None or rule.reviews_replacement:
            continue
        for part in chain.parts:
            *earlier, last = [each.module for each in part.callbacks if not each.shadow] or [""]
            if earlier:
                findings.warn(
                    _log,
                    ("modules",),
                    "%s: %s may decide about another %r than is agreed in the end, since modules "
                    "listed later, up to %r, can replace it; list those that replace it first, or "
                    "declare the hook with asks_again=True",
                    chain.spec.full_name,
                    ", ".join(map(repr, earlier)),
                    rule.replaced,
                    last,
                )

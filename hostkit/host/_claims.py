"""`Claims`: what only one module of a host can have."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING, Final, final

import attrs

from hostkit.codes import Code

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from hostkit.api import Registration
    from hostkit.config import HostFile
    from hostkit.errors import Problem
    from hostkit.loading import Module
    from hostkit.specs import Category

_log: Final = logging.getLogger("hostkit.host")


@final
class Claims:
    """What the modules up to now have for themselves: categories, hooks, and the meaning of keys.

    A module in shadow mode claims nothing, as its answers never count.

    Args:
        file: The config file, in which problems are placed.
        categories: The host's categories.
    """

    def __init__(self, file: HostFile, categories: Sequence[type[Category]]) -> None:
        self._file = file
        self._exclusive = frozenset(each.name for each in categories if each.exclusive)
        self._categories: dict[str, Module] = {}
        self._hooks: dict[tuple[str, Hashable], Module] = {}
        self._keys: dict[tuple[str, Hashable], tuple[Module, Registration]] = {}

    def add(self, module: Module) -> tuple[Module, list[Problem]]:
        """Add the next module in config order.

        Returns:
            The module without what another has for itself already, and what is wrong.
        """
        if module.entry.mode == "shadow":
            return module, []
        module = self._leave_out(module)
        return module, [*self._check_hooks(module), *self._check_keys(module)]

    def _leave_out(self, module: Module) -> Module:
        """Leave out what a module registers for categories that have another module."""
        taken = []
        for name in dict.fromkeys(each.spec.category for each in module.callbacks):
            if name in self._exclusive:
                owner = self._categories.setdefault(name, module)
                if owner is not module:
                    taken.append(name)
                    _log.warning(
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
        """Find keys of which this module says something else than another."""
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

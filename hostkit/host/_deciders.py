"""Hooks that some module must decide, and whether one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostkit.codes import Code
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hostkit.config import HostFile
    from hostkit.dispatch import Chain, KeyedChain
    from hostkit.errors import Path, Problem
    from hostkit.loading import Module


def check_deciders(
    file: HostFile, chains: Mapping[str, Chain | KeyedChain], modules: Sequence[Module]
) -> Iterator[Problem]:
    """Find hooks that some module must decide, and none does.

    Without a module that decides, most hooks allow everything: what was left out by mistake, or is
    only being tried out, would go unnoticed.

    Args:
        file: The config file.
        chains: The chain of each hook, by its full name.
        modules: The modules, in config order.
    """
    wanted: dict[str, Path] = {
        hook: ("modules",) for hook, chain in chains.items() if chain.spec.must_decide
    }
    for index, hook in enumerate(file.settings.require):
        path: Path = ("hostkit", "require", index)
        wanted[hook] = path
        if hook not in chains:
            yield file.problem(
                Code.NO_SUCH_HOOK,
                f"this host has no hook {hook!r}",
                path,
                expected=", ".join(sorted(chains)) or "no hook, since it has none",
                hint=did_you_mean(hook, chains),
            )
    if _is_partial(file, modules):
        return
    for hook, path in wanted.items():
        if hook in chains and all(each.shadow for each in chains[hook].callbacks):
            yield _undecided(file, hook, path, modules)


def _is_partial(file: HostFile, modules: Sequence[Module]) -> bool:
    """Whether a module is left out, which happens where a file is checked without its secrets."""
    built = {module.name for module in modules}
    return any(entry.enabled and entry.name not in built for entry in file.modules)


def _undecided(file: HostFile, hook: str, path: Path, modules: Sequence[Module]) -> Problem:
    registered = [
        module.name
        for module in modules
        if any(given.spec.full_name == hook for given in module.callbacks)
    ]
    disabled = [entry.name for entry in file.modules if not entry.enabled]
    details = [
        f"module {name!r} is in shadow mode, so its answers do not count" for name in registered
    ]
    if disabled:
        details.append(f"disabled, and not looked at: {', '.join(map(repr, disabled))}")
    return file.problem(
        Code.NO_DECIDER,
        f"no module decides {hook}, which some module must",
        path,
        details=tuple(details),
        hint="list a module that registers for it and enforces its answers",
    )

"""Hooks that some module must decide, and whether one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostkit.codes import Code
from hostkit.errors import ConfigErrors
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hostkit.config import HostFile
    from hostkit.dispatch import Chain, KeyedChain
    from hostkit.errors import Path, Problem
    from hostkit.loading import Module


def check_deciders(
    file: HostFile, chains: Mapping[str, Chain | KeyedChain], modules: Sequence[Module]
) -> None:
    """Make sure that the hooks are decided which some module must decide.

    Without a module that decides, most hooks allow everything: what was left out by mistake, or is
    only being tried out, would go unnoticed.

    Args:
        file: The config file.
        chains: The chain of each hook, by its full name.
        modules: The modules, in config order.

    Raises:
        ConfigErrors: Some are not (HK230), or do not exist (HK401); all of these are reported.
    """
    problems = tuple(_find_undecided(file, chains, modules))
    if problems:
        raise ConfigErrors(problems)


def _find_undecided(
    file: HostFile, chains: Mapping[str, Chain | KeyedChain], modules: Sequence[Module]
) -> Iterator[Problem]:
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
        if hook in chains and not any(_decides(module, hook) for module in modules):
            yield _undecided(file, hook, path, modules)


def _decides(module: Module, hook: str) -> bool:
    """Whether a module decides a hook, and will not be left out if it fails to start."""
    entry = module.entry
    return entry.mode == "enforce" and not entry.optional and _registers(module, hook)


def _registers(module: Module, hook: str) -> bool:
    return any(given.spec.full_name == hook for given in module.callbacks)


def _is_partial(file: HostFile, modules: Sequence[Module]) -> bool:
    """Whether a module is left out, which happens where a file is checked without its secrets."""
    built = {module.name for module in modules}
    needed = [entry for entry in file.modules if entry.enabled and not entry.optional]
    return any(entry.name not in built for entry in needed)


def _undecided(file: HostFile, hook: str, path: Path, modules: Sequence[Module]) -> Problem:
    details = []
    for module in modules:
        if _registers(module, hook):
            why = (
                "is in shadow mode, so its answers do not count"
                if module.entry.mode == "shadow"
                else "is optional, so the host may be without it"
            )
            details.append(f"module {module.name!r} {why}")
    disabled = [entry.name for entry in file.modules if not entry.enabled]
    if disabled:
        details.append(f"disabled, and not looked at: {', '.join(map(repr, disabled))}")
    return file.problem(
        Code.NO_DECIDER,
        f"no module decides {hook}, which some module must",
        path,
        details=tuple(details),
        hint="list a module that registers for it and enforces its answers",
    )

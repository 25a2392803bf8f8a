"""`MissingModule`: an optional module that the host goes on without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, final

import attrs

from hostkit.dispatch import Outcome, Step
from hostkit.errors import ConfigErrors
from hostkit.logs import logger_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hostkit.config import ModuleEntry
    from hostkit.errors import Problem
    from hostkit.loading import Module, ModuleLoader


@final
@attrs.frozen
class MissingModule:
    """An optional module that the host goes on without, until it can be loaded and started.

    Attributes:
        name: The module's name.
        failure: What has failed: ``"failed to load"`` or ``"failed to start"``.
        reason: Why, free of secrets.
        entry: Its entry in the config file.
        hooks: The full names of the hooks it has callbacks for; `None` if that is not known.
    """

    name: str
    failure: str
    reason: str
    entry: ModuleEntry
    hooks: frozenset[str] | None = None

    @classmethod
    def not_loaded(cls, entry: ModuleEntry, problems: Sequence[Problem]) -> Self:
        """Describe a module that cannot be imported, configured or built."""
        reason = "; ".join(f"{problem.code} {problem.message}" for problem in problems)
        return cls(entry.name, "failed to load", reason, entry)

    @classmethod
    def not_started(cls, module: Module, reason: str) -> Self:
        """Describe a module that was built, but cannot be started."""
        hooks = frozenset(each.spec.full_name for each in module.callbacks)
        return cls(module.name, "failed to start", reason, module.entry, hooks)

    @property
    def step(self) -> Step:
        """What receipts of its hooks say about it."""
        return Step(
            module=self.name,
            outcome=Outcome.NOT_ASKED,
            shadow=self.entry.mode == "shadow",
            detail=self.failure,
        )

    def is_asked_for(self, hook: str) -> bool:
        """Whether it would be asked in a hook, or might be."""
        return self.hooks is None or hook in self.hooks

    def __str__(self) -> str:
        return f"{self.name}: {self.failure}: {self.reason}"


def leave_out(entry: ModuleEntry, problems: Sequence[Problem]) -> MissingModule:
    """Go on without a module that cannot be loaded.

    Args:
        entry: Its entry, which says that it is optional.
        problems: Why it cannot be loaded.
    """
    errors = ConfigErrors(tuple(problems))
    logger = logger_of(entry.name)
    logger.warning("going on without the optional module %r: %s", entry.name, errors)
    return MissingModule.not_loaded(entry, problems)


def load_again(
    loader: ModuleLoader, missing: Sequence[MissingModule]
) -> tuple[list[Module], list[MissingModule]]:
    """Try to load modules that are missing.

    Args:
        loader: Loads the modules of their file.
        missing: The modules.

    Returns:
        Those that can be loaded now, not started yet, and those that still cannot.
    """
    found: list[Module] = []
    still: list[MissingModule] = []
    for each in missing:
        try:
            found.append(loader.load(each.entry))
        except ConfigErrors as errors:
            again = MissingModule.not_loaded(each.entry, errors.problems)
            # The same reason was logged in full when it came up.
            if again.reason != each.reason:
                leave_out(each.entry, errors.problems)
            still.append(again)
    return found, still


def log_found(before: Sequence[MissingModule], after: Sequence[MissingModule]) -> None:
    """Log which modules are no longer missing.

    Args:
        before: Those that were missing.
        after: Those that are missing now.
    """
    still = {each.name for each in after}
    for each in before:
        if each.name not in still:
            logger_of(each.name).warning("the optional module %r is there now", each.name)

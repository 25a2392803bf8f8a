"""Optional modules that are missing, and how they are tried again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Self, final

import attrs

from hostkit.dispatch import Outcome, Step
from hostkit.errors import ConfigErrors, HostkitError
from hostkit.logs import COLLECTED, logger_of
from hostkit.loops import Backoff, evenly, find_clock, start_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from typing import Any

    from twisted.internet.interfaces import IReactorTime

    from hostkit.config import Findings, ModuleEntry
    from hostkit.errors import Problem
    from hostkit.loading import Module, ModuleLoader
    from hostkit.loops import Cancellable


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


def leave_out(entry: ModuleEntry, problems: Sequence[Problem], findings: Findings) -> MissingModule:
    """Go on without a module that cannot be loaded.

    Args:
        entry: Its entry, which says that it is optional.
        problems: Why it cannot be loaded.
        findings: Collects that as a warning.
    """
    errors = ConfigErrors(tuple(problems))
    findings.collect(problems)
    logger = logger_of(entry.name)
    message = "going on without the optional module %r: %s"
    logger.warning(message, entry.name, errors, extra=COLLECTED)
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
                leave_out(each.entry, errors.problems, loader.findings)
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


_FIRST_SECONDS: Final = 5.0
_LONGEST_SECONDS: Final = 300.0
_log: Final = logging.getLogger("hostkit.host")


@final
class Retrying:
    """Makes attempts until one succeeds: after 5 seconds, then after twice as long each time.

    Args:
        clock: Where attempts are scheduled; see `Host`.
        attempt: Makes an attempt; returns whether another one is needed.
    """

    def __init__(
        self, clock: IReactorTime | None, attempt: Callable[[], Coroutine[Any, Any, bool]]
    ) -> None:
        self._clock = clock
        self._attempt = attempt
        self._alarm: Cancellable | None = None
        self._is_stopped = False
        self._backoff = Backoff(_FIRST_SECONDS, _LONGEST_SECONDS, evenly)

    def begin(self) -> None:
        """Make attempts from now on, as if there had been none before."""
        self.stop()
        self._is_stopped = False
        self._backoff.reset()
        self._schedule()

    def stop(self) -> None:
        """Make no more attempts; one that is being made is the last."""
        self._is_stopped = True
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _schedule(self) -> None:
        self._alarm = find_clock(self._clock).call_later(self._backoff.next(), self._fire)

    def _fire(self) -> None:
        self._alarm = None
        start_entry(self._try())

    async def _try(self) -> None:
        try:
            is_needed = await self._attempt()
        except HostkitError as error:
            if self._is_stopped:  # which is why
                return
            _log.warning("optional modules are tried again later: %s", error)
            is_needed = True
        # By then others may have begun anew.
        if is_needed and self._alarm is None and not self._is_stopped:
            self._schedule()

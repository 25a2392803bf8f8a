"""Find out whether a running host can take over a new version of its config file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostkit.codes import Code
from hostkit.errors import ConfigErrors

if TYPE_CHECKING:
    from hostkit.config import HostFile

_FIXED = ("categories", "receipts", "listeners", "redis", "pid_file", "background_tasks_on")


def check_reloadable(old: HostFile, new: HostFile) -> None:
    """Make sure that only modules have changed, and settings that can change.

    Args:
        old: What the host runs with.
        new: What it is to run with.

    Raises:
        ConfigErrors: Other settings have changed; all of them are told (HK405).
    """
    problems = tuple(
        new.problem(
            Code.NEEDS_RESTART,
            f"`hostkit: {name}:` cannot change while the host is running",
            ("hostkit", name),
            hint="restart it, or leave that as it was",
        )
        for name in _FIXED
        if getattr(old.settings, name) != getattr(new.settings, name)
    )
    if problems:
        raise ConfigErrors(problems)

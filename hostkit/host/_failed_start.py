"""`log_failed_module`: how servers log that a module could not start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostkit.logs import About, logger_of

if TYPE_CHECKING:
    from hostkit.errors import ModuleFailedError


def log_failed_module(error: ModuleFailedError, prefix: str = "") -> None:
    """Log that a module could not start: one line, and where its own code raised.

    Args:
        error: Names the module.
        prefix: What that means.
    """
    extra = About(hook=error.hook).extra
    cause = error.__cause__ or error
    logger_of(error.module).error("%s%s", prefix, error, exc_info=cause, extra=extra)

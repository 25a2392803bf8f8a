"""What Python itself would write to standard error, secrets and all: it is logged instead."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

_warnings: Final = logging.getLogger("py.warnings")
_log: Final = logging.getLogger("hostkit.uncaught")


@contextmanager
def uncaught_logged() -> Iterator[None]:
    """Log warnings, and exceptions that nothing can catch: those of threads and of finalizers."""
    before = (warnings.showwarning, threading.excepthook, sys.unraisablehook)
    warnings.showwarning = _log_warning
    threading.excepthook = _log_failed_thread
    sys.unraisablehook = _log_unraisable
    try:
        yield
    finally:
        if warnings.showwarning is _log_warning:  # a module may have put its own there
            warnings.showwarning = before[0]
        if threading.excepthook is _log_failed_thread:
            threading.excepthook = before[1]
        if sys.unraisablehook is _log_unraisable:
            sys.unraisablehook = before[2]


def _log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    _warnings.warning("%s: %s (at %s:%d)", category.__name__, message, filename, lineno)


def _log_failed_thread(args: Any) -> None:
    if args.exc_type is SystemExit:  # which ends the thread, as Python's own hook says
        return
    name = "a thread" if args.thread is None else f"the thread {args.thread.name!r}"
    raised = (args.exc_type, args.exc_value, args.exc_traceback)
    _log.error("%s has failed", name, exc_info=raised)


def _log_unraisable(args: Any) -> None:
    raised = (args.exc_type, args.exc_value, args.exc_traceback)
    _log.error("%s: %r", args.err_msg or "exception ignored in", args.object, exc_info=raised)

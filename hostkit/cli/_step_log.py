"""`steps_shown`: what a command shows of the steps in which a host is built and started."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, final

import click

from hostkit.cli._manner import manner
from hostkit.logs import STEPS, step_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def steps_shown(formatter: logging.Formatter) -> Iterator[None]:
    """Write steps to standard error, as far as the command line asks for them.

    Those that have failed are written also if only tracebacks are asked for.

    Args:
        formatter: Formats the lines.
    """
    log = logging.getLogger(STEPS)
    is_logged = log.isEnabledFor(logging.DEBUG)  # `serve --log-level debug` has them in its log
    if is_logged or not (manner().verbose or manner().traceback or manner().advance):
        yield
        return
    handler = _Handler()
    handler.setFormatter(formatter)
    before = log.level, log.propagate
    log.setLevel(logging.DEBUG)
    log.propagate = False
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.level, log.propagate = before
        log.setLevel(log.level)  # which drops what loggers remember of it


@final
class _Handler(logging.Handler):
    """Writes steps; the options are read once, as modules may log in other threads."""

    def __init__(self) -> None:
        super().__init__()
        self._manner = manner()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a step, or draw how far the command is."""
        if self._manner.advance is not None and step_of(record) != "loaded":  # a category
            self._manner.advance()
        if not self._manner.traceback:
            record.exc_info = None
        if self._manner.verbose or record.exc_info:
            self._manner.clear()
            click.echo(self.format(record), err=True)

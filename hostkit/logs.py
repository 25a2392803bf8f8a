"""What a line of the log is about: fields that other programs can read without parsing its text.

All that concerns one module is logged by one logger, `logger_of` it.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, final

import attrs

from hostkit.errors import HostkitError
from hostkit.presenting import presentable

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES: Final = "hostkit.modules."
"""The beginning of the name of a module's logger; the rest is the module's name."""

STEPS: Final = "hostkit.steps"
"""The name of the logger of what is done while a host is built and started, for debugging."""

LONGEST_LOGGED: Final = 16 * 1024
"""How many characters of a message are logged."""

_KEY: Final = "hostkit_about"
_STEP: Final = "hostkit_step"
_COLLECTED: Final = "hostkit_collected"

COLLECTED: Final[dict[str, Any]] = {_COLLECTED: True}
"""What `logging` takes as ``extra=`` for a warning that is collected as well."""


@final
@attrs.frozen
class About:
    """What a record is about. Records that are about the same may repeat, and are then counted.

    Attributes:
        hook: The full name of the hook that was called, or the step of a module's life.
        receipt: The id of the receipt of that call.
        loop: The description of the background loop.
        page: The method and path of the request.
        listener: The endpoint of the listener.
    """

    hook: str | None = None
    receipt: str | None = None
    loop: str | None = None
    page: str | None = None
    listener: str | None = None

    @property
    def extra(self) -> dict[str, Any]:
        """What `logging` takes as ``extra=``."""
        return {_KEY: self}


def about(record: logging.LogRecord) -> About | None:
    """Return what a record is about, if it says so."""
    found: About | None = getattr(record, _KEY, None)
    return found


def is_collected(record: logging.LogRecord) -> bool:
    """Whether a warning is also among those of its host, so that it may be shown in another way."""
    return hasattr(record, _COLLECTED)


def logger_of(module: str) -> logging.Logger:
    """Return the logger of a module, by the module's name."""
    return logging.getLogger(MODULES + module)


@contextmanager
def step_logged(done: str, what: str) -> Iterator[None]:
    """Log one thing that is done, when it is, with the time that it took or what it raised.

    Args:
        done: What is done, in the past tense, which is also what programs know it by.
        what: What it is done with.
    """
    log = logging.getLogger(STEPS)
    if not log.isEnabledFor(logging.DEBUG):
        yield
        return
    began, extra = time.perf_counter(), {_STEP: done}
    try:
        yield
    except BaseException as error:
        log.debug("%s not %s", what, done, exc_info=_first_cause(error), extra=extra)
        raise
    log.debug("%s %s (%.1f ms)", what, done, (time.perf_counter() - began) * 1e3, extra=extra)


def step_of(record: logging.LogRecord) -> str | None:
    """Return what is done in the step that a record is about, if it is about one."""
    done: str | None = getattr(record, _STEP, None)
    return done


def _first_cause(error: BaseException) -> BaseException:
    """Find what hostkit has described by an error of its own."""
    while isinstance(error, HostkitError) and error.__cause__ is not None:
        error = error.__cause__
    return presentable(error)

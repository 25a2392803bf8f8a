"""Where logs go, without secrets: set up before anything of a module runs."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, final

import attrs
from twisted.logger import Logger, LogLevel, STDLibLogObserver, globalLogBeginner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LEVELS: Final = {
    logging.DEBUG: "debug",
    logging.WARNING: "warn",
    logging.ERROR: "error",
    logging.CRITICAL: "critical",
}


@final
@attrs.define
class Mask:
    """Takes secrets out of what is logged.

    A handler is made before the secrets are known, so it asks this for each record.

    Attributes:
        redact: Takes those out that are known by now.
    """

    redact: Callable[[str], str] = str

    def learn(self, redact: Callable[[str], str]) -> None:
        """Take out other secrets from now on.

        Args:
            redact: Takes them out of a string; it may find more of them each time it is called.
        """
        self.redact = redact


@final
class MaskedFormatter(logging.Formatter):
    """Formats log records without secrets, tracebacks included.

    Args:
        mask: Takes the secrets out.
        form: As for `logging.Formatter`.
    """

    def __init__(self, mask: Mask, form: str | None = None) -> None:
        super().__init__(form)
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
        return self._mask.redact(super().format(record))


@final
class TwistedHandler(logging.Handler):
    """Passes log records on to Twisted's log, without secrets.

    Args:
        mask: Takes the secrets out.
    """

    def __init__(self, mask: Mask) -> None:
        super().__init__()
        self.setFormatter(MaskedFormatter(mask))

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a record on."""
        level = LogLevel.lookupByName(_LEVELS.get(record.levelno, "info"))
        Logger(record.name).emit(level, "{text}", text=self.format(record))


class _FromTwisted:
    """Passes Twisted's events on to `logging`, while a command logs.

    Twisted's log can be begun only once in a process.
    """

    def __init__(self) -> None:
        self.is_active = False
        self._has_begun = False
        self._pass_on = STDLibLogObserver("twisted")

    def begin(self) -> None:
        self.is_active = True
        if not self._has_begun:
            self._has_begun = True
            observer: Any = self
            globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)

    def __call__(self, event: Any) -> None:
        if self.is_active:
            self._pass_on(event)


_from_twisted: Final = _FromTwisted()


class _Stderr(logging.StreamHandler[Any]):
    """Writes to what is `sys.stderr` at the time."""

    @property
    def stream(self) -> Any:
        return sys.stderr

    @stream.setter
    def stream(self, _stream: Any) -> None:
        pass


@contextmanager
def logging_to_stderr(level: int, form: str) -> Iterator[Mask]:
    """Log to standard error, all that modules log included, until the end of a command.

    Args:
        level: Below it, nothing is logged.
        form: As for `logging.Formatter`.

    Yields:
        What takes the secrets out, once it knows them.
    """
    mask = Mask()
    handler = _Stderr()
    handler.setFormatter(MaskedFormatter(mask, form))
    # Below warnings, Twisted logs its own factories and threads.
    loggers = {logging.getLogger(): level, logging.getLogger("twisted"): logging.WARNING}
    before = {logger: logger.level for logger in loggers}
    for logger, new in loggers.items():
        logger.setLevel(new)
    logging.getLogger().addHandler(handler)
    _from_twisted.begin()
    try:
        yield mask
    finally:
        _from_twisted.is_active = False
        logging.getLogger().removeHandler(handler)
        for logger, old in before.items():
            logger.setLevel(old)


def log_to_twisted(mask: Mask) -> None:
    """Pass all that is logged on to Twisted's log, for as long as the process runs.

    Args:
        mask: Takes the secrets out.
    """
    logging.basicConfig(level=logging.INFO, handlers=[TwistedHandler(mask)], force=True)

"""Where logs go, without secrets: set up before anything of a module runs."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, final

import attrs
from twisted.logger import Logger, LogLevel, STDLibLogObserver, globalLogBeginner

from hostkit.cli._log_format import CHECK, JsonFormatter, Mask, MaskedFormatter
from hostkit.cli._manner import manner
from hostkit.cli._step_log import steps_shown
from hostkit.cli._uncaught import uncaught_logged
from hostkit.floods import FloodGate
from hostkit.logs import is_collected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "LogOptions",
    "Mask",
    "MaskedFormatter",
    "TwistedHandler",
    "log_to_twisted",
    "logging_to_stderr",
]

_LEVELS: Final = {
    logging.DEBUG: "debug",
    logging.WARNING: "warn",
    logging.ERROR: "error",
    logging.CRITICAL: "critical",
}


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
    """Writes to what is `sys.stderr` at the time, where nothing of progress is left then."""

    def __init__(self) -> None:
        super().__init__()
        self._manner = manner()

    def emit(self, record: logging.LogRecord) -> None:
        self._manner.clear()
        super().emit(record)

    @property
    def stream(self) -> Any:
        return sys.stderr

    @stream.setter
    def stream(self, _stream: Any) -> None:
        pass


@final
@attrs.frozen
class LogOptions:
    """What a command writes to its log.

    Attributes:
        levels: The lowest level for loggers, by name; the empty name is for all others. By default
            warnings are logged.
        is_json: Whether lines are JSON.
        form: What lines have if they are text, as for `logging.Formatter`.
        worker: The name of this process, if it has one.
        prefix: What each line begins with if they are text, also those of a traceback.
        skips_collected: Whether the host's own warnings are left out, which are shown otherwise.
        is_whole: Whether tracebacks are whole also without an option of this process that says so.
    """

    levels: Mapping[str, int] = attrs.field(factory=lambda: {"": logging.WARNING})
    is_json: bool = False
    form: str = CHECK
    worker: str | None = None
    prefix: str = ""
    skips_collected: bool = False
    is_whole: bool = False

    def make_formatter(self, mask: Mask, form: str | None = None) -> logging.Formatter:
        """Make what formats the lines.

        Args:
            mask: Takes the secrets out.
            form: The form of lines of text, if it is another one.
        """
        whole = self.is_whole or manner().traceback
        if self.is_json:
            return JsonFormatter(mask, self.worker, whole=whole)
        return MaskedFormatter(mask, form or self.form, self.prefix, whole=whole)

    def make_step_formatter(self, mask: Mask) -> logging.Formatter:
        """Make what formats the lines about single steps: in a check, they have no level.

        Args:
            mask: Takes the secrets out.
        """
        return self.make_formatter(mask, "%(message)s" if self.form == CHECK else None)

    @property
    def lowest(self) -> dict[str, int]:
        """The levels, for a check only of errors if the command line wants that."""
        # Below warnings, Twisted logs its own factories and threads.
        levels = {"twisted": logging.WARNING, **self.levels}
        if manner().quiet and self.form == CHECK:
            levels = {name: max(level, logging.ERROR) for name, level in levels.items()}
        return levels


@contextmanager
def logging_to_stderr(options: LogOptions) -> Iterator[Mask]:
    """Log to standard error, all that modules log included, until the end of a command.

    Handlers that were added by others are left alone.

    Args:
        options: What to write.

    Yields:
        What takes the secrets out, once it knows them.
    """
    mask = Mask()
    manner().redact = mask
    handler = _Stderr()
    handler.setFormatter(options.make_formatter(mask))
    gate = FloodGate(handler.handle)
    if options.skips_collected:
        handler.addFilter(lambda record: not is_collected(record))
    handler.addFilter(gate)
    levels = options.lowest
    before = {name: logging.getLogger(name).level for name in levels}
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger().addHandler(handler)
    _from_twisted.begin()
    try:
        with uncaught_logged(), steps_shown(options.make_step_formatter(mask)):
            yield mask
    finally:
        gate.close()
        _from_twisted.is_active = False
        logging.getLogger().removeHandler(handler)
        for name, old in before.items():
            logging.getLogger(name).setLevel(old)


def log_to_twisted(mask: Mask) -> None:
    """Pass all that is logged on to Twisted's log, for as long as the process runs.

    Handlers that were added by others are left alone.

    Args:
        mask: Takes the secrets out.
    """
    handler = TwistedHandler(mask)
    handler.addFilter(FloodGate(handler.handle))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)

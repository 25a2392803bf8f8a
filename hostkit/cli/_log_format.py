"""How records of the log are written: as text or as JSON, without secrets, and visibly.

What a line says may come from anyone: so it can neither control a terminal nor look like another
line.
"""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import os
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias, final

import attrs

import hostkit
import twisted
from hostkit.logs import LONGEST_LOGGED, MODULES, about
from hostkit.presenting import presentable
from hostkit.wording import clean, indented, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

SERVE: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
"""What a line of a server has."""
CHECK: Final = "%(levelname)s %(name)s: %(message)s"
"""What a line of the other commands has, whose users read it at once."""

_INSIDES: Final = tuple(
    f"{Path(file).parent}{os.sep}"
    for file in (hostkit.__file__, twisted.__file__, asyncio.__file__)
)


@final
@attrs.define
class Mask:
    """Takes secrets out of what is logged.

    A handler is made before the secrets are known, so it asks this for each record.

    Attributes:
        redact: Takes those out that are known by now.
    """

    redact: Callable[[str], str] = str

    def __call__(self, text: str) -> str:
        """Take secrets out of a text."""
        return self.redact(text)

    def learn(self, redact: Callable[[str], str]) -> None:
        """Take out other secrets from now on.

        Args:
            redact: Takes them out of a string; it may find more of them each time it is called.
        """
        self.redact = redact


class MaskedFormatter(logging.Formatter):
    """Formats log records without secrets, tracebacks included; times are in UTC.

    Args:
        mask: Takes the secrets out.
        form: As for `logging.Formatter`.
        prefix: What each line begins with, also those of a traceback.
        whole: Whether tracebacks are written whole, and not as `own_frames` has them.
    """

    default_time_format = "%Y-%m-%d %H:%M:%S"
    default_msec_format = "%s.%03dZ"
    converter: Any = time.gmtime

    def __init__(
        self, mask: Mask, form: str | None = None, prefix: str = "", *, whole: bool = False
    ) -> None:
        super().__init__(form)
        self.mask = mask
        self._prefix = prefix
        self._write_frames = whole_frames if whole else own_frames

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
        own = copy.copy(record)
        own.exc_text = None  # another handler's, which this one must not use, or write
        text = visible(self.mask.redact(super().format(own)))
        return self._prefix + text.replace("\n", f"\n{self._prefix}") if self._prefix else text

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- so named there
        """Format the line itself, with what its message says in further lines below it."""
        return indented(clean(super().formatMessage(record), self.mask.redact, LONGEST_LOGGED))

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- so named by `logging`
        """Format an exception, without the frames that led to the code that raised it."""
        return "".join(self._write_frames(ei, self.mask.redact)).rstrip("\n")


@final
class JsonFormatter(MaskedFormatter):
    """Formats log records as one JSON object each, on one line.

    Args:
        mask: Takes the secrets out.
        worker: The name of this process, if it has one.
        whole: As for `MaskedFormatter`.
    """

    _ABOUT: ClassVar = ("hook", "receipt", "loop", "page", "listener")

    def __init__(self, mask: Mask, worker: str | None = None, *, whole: bool = False) -> None:
        super().__init__(mask, whole=whole)
        self._worker = worker

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
        fields = {name: value for name, value in self._fields(record) if value is not None}
        return json.dumps(fields)

    def _fields(self, record: logging.LogRecord) -> Iterator[tuple[str, Any]]:

        def show(text: str) -> str:  # before quotes and line breaks are escaped
            return clean(text, self.mask.redact, LONGEST_LOGGED)

        moment = datetime.fromtimestamp(record.created, UTC)
        yield "time", moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        yield "level", record.levelname
        yield "logger", show(record.name)
        yield "message", show(record.getMessage())
        if record.name.startswith(MODULES):
            yield "module", show(record.name.removeprefix(MODULES))
        what = about(record)
        for name in self._ABOUT:
            value = getattr(what, name, None)
            yield name, None if value is None else show(value)
        yield "repeated", getattr(record, "repeated", None)
        yield "worker", self._worker
        if record.exc_info:
            yield "exception", visible(self.mask.redact(self.formatException(record.exc_info)))
        if record.stack_info:
            yield "stack", visible(self.mask.redact(record.stack_info))


_Raised: TypeAlias = "tuple[type[BaseException], BaseException, TracebackType | None]"
"""An exception, as `sys.exc_info` gives it."""


def whole_frames(raised: _Raised, redact: Callable[[str], str] = str) -> Iterator[str]:
    """Write a traceback with all of its frames.

    Args:
        raised: The exception.
        redact: As for `own_frames`.
    """
    written = traceback.TracebackException(*raised, compact=True)
    for one in _chain(written):
        _set_off(one, redact)
    return written.format()


def whole_traceback(error: BaseException, redact: Callable[[str], str]) -> str:
    """Write an exception as `whole_frames` does, with nothing in it that controls a terminal.

    Args:
        error: The exception.
        redact: Takes secrets out of strings.
    """
    error = presentable(error)
    written = "".join(whole_frames((type(error), error, error.__traceback__), redact))
    return visible(redact(written))


def own_frames(
    raised: _Raised,
    redact: Callable[[str], str] = str,
) -> Iterator[str]:
    """Write a traceback without the frames of hostkit and of what it runs on.

    Args:
        raised: The exception. If it was raised by hostkit's own code, nothing is left out.
        redact: Takes secrets out of messages, which may be cut.
    """
    written = traceback.TracebackException(*raised, compact=True)
    chain = list(_chain(written))
    outside = [[each for each in one.stack if not _is_inside(each)] for one in chain]
    for one in chain:
        _set_off(one, redact)
    if any(outside):  # what is hostkit's own in the chain, such as a time-out, follows from that
        for one, frames in zip(chain, outside, strict=True):
            one.stack = traceback.StackSummary.from_list(frames)
    elif isinstance(raised[1], TimeoutError):  # of a module that resists its cancellation
        return written.format_exception_only()
    return written.format()


def _is_inside(frame: traceback.FrameSummary) -> bool:
    return frame.filename.startswith(_INSIDES)


def _chain(written: traceback.TracebackException | None) -> Iterator[traceback.TracebackException]:
    if written is not None:
        yield written
        yield from _chain(written.__cause__)
        yield from _chain(written.__context__)
        for each in written.exceptions or ():
            yield from _chain(each)


def _set_off(written: traceback.TracebackException, redact: Callable[[str], str]) -> None:
    """Have further lines of an exception's message and of its notes indented, as all frames are."""
    write = written.format_exception_only

    def write_indented(**options: Any) -> Iterator[str]:
        text = clean("".join(write(**options)).rstrip("\n"), redact, LONGEST_LOGGED)
        is_named = False
        for line in text.split("\n"):
            # A syntax error shows its place first, indented; then comes the line with its name.
            yield f"  {line}\n" if is_named and not line.startswith(" ") else f"{line}\n"
            is_named = is_named or not line.startswith(" ")

    setattr(written, "format_exception_only", write_indented)  # noqa: B010 -- type checkers refuse
    for frame in written.stack:
        frame.filename = frame.filename.replace("\n", "\\n")
        frame.name = frame.name.replace("\n", "\\n")

"""How a line of the log is written."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import maybeDeferred

import hostkit
from hostkit.cli._log_format import SERVE, JsonFormatter, Mask, MaskedFormatter
from hostkit.logs import About

if TYPE_CHECKING:
    from collections.abc import Callable

MASK = Mask(lambda text: text.replace('s3"cret', "[redacted]"))


def record_of(message: str = "hello", **attributes: Any) -> logging.LogRecord:
    record = logging.LogRecord("hostkit.modules.a.B", logging.WARNING, "", 1, message, (), None)
    record.created, record.msecs = 1_769_861_403.0625, 62.5
    vars(record).update(attributes)
    return record


def test_text_has_the_time_in_utc() -> None:
    """With milliseconds, whatever the time zone of the machine."""
    line = MaskedFormatter(MASK, SERVE).format(record_of('it is s3"cret'))
    expected = "2026-01-31 12:10:03.062Z WARNING hostkit.modules.a.B: it is [redacted]"
    assert line == expected


def test_json_is_one_object_on_one_line() -> None:
    """What is not known is left out; secrets are taken out before quotes are escaped."""
    line = JsonFormatter(MASK).format(record_of('two\nlines, s3"cret'))
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2026-01-31T12:10:03.062Z",
        "level": "WARNING",
        "logger": "hostkit.modules.a.B",
        "message": "two\nlines, [redacted]",
        "module": "a.B",
    }


def test_json_has_all_that_is_known() -> None:
    """What it is about, the worker, the exception, and how often it was repeated."""
    about = About("a.b", receipt="x-1", loop="tidy", page="GET /", listener="tcp:80")
    error = ValueError('s3"cret')
    record = record_of(
        exc_info=(ValueError, error, None), stack_info="Stack", repeated=3, **about.extra
    )
    fields = json.loads(JsonFormatter(MASK, "w1").format(record))
    assert fields.pop("exception") == "ValueError: [redacted]"
    assert {name: fields[name] for name in list(fields)[5:]} == {
        "hook": "a.b",
        "receipt": "x-1",
        "loop": "tidy",
        "page": "GET /",
        "listener": "tcp:80",
        "repeated": 3,
        "worker": "w1",
        "stack": "Stack",
    }
    record = record_of()
    record.name = "other"
    assert "module" not in json.loads(JsonFormatter(MASK).format(record))


def deep(function: Callable[[], object]) -> str:
    """Write what a function raises."""
    try:
        function()
    except Exception:  # noqa: BLE001 -- whatever the test raises
        record = record_of(exc_info=sys.exc_info(), exc_text="what another handler wrote")
        return MaskedFormatter(MASK).format(record)
    raise AssertionError


def test_a_traceback_shows_the_frames_of_the_module() -> None:
    """Not those of hostkit, Twisted and asyncio between them."""

    def module() -> None:
        raise KeyError("x")

    raised: list[Any] = []

    def calling() -> None:
        maybeDeferred(module).addErrback(raised.append)
        raise raised[0].value

    text = deep(calling)
    assert "in calling" in text
    assert "in module" in text
    assert "maybeDeferred" not in text.replace("maybeDeferred(module)", "")
    assert "another handler" not in text


def test_chained_exceptions_and_groups_are_shown_in_the_same_way() -> None:
    """Each with its own frames."""

    def raising() -> None:
        both = ExceptionGroup("both", [OSError("third")])
        both.__context__ = KeyError("first")
        raise both from ValueError("second")

    assert [word in deep(raising) for word in ("second", "third", "both")] == [True] * 3


def test_what_follows_from_a_failure_of_the_module_shows_no_frames() -> None:
    """Such as the time-out that a cancellation becomes."""

    def inside(cause: BaseException | None) -> None:
        code = compile("raise TimeoutError('late') from cause", hostkit.__file__, "exec")
        exec(code, {"cause": cause})

    def cancelled() -> None:
        try:
            int("x")
        except ValueError as error:
            inside(error)

    try:
        cancelled()
    except TimeoutError as error:
        found = error.__traceback__
        while found is not None and found.tb_frame.f_code.co_name != "<module>":
            found = found.tb_next
        raised = (TimeoutError, error, found)
    text = MaskedFormatter(MASK).format(record_of(exc_info=raised))
    assert "in cancelled" in text
    assert hostkit.__file__ not in text
    assert text.endswith("TimeoutError: late")


def test_a_timeout_without_frames_of_the_module_is_one_line() -> None:
    """Where hostkit gives up a module that goes on is of no use to anybody."""
    error = TimeoutError("not done after 2s")
    text = MaskedFormatter(MASK).format(record_of(exc_info=(TimeoutError, error, None)))
    assert text.splitlines()[1:] == ["TimeoutError: not done after 2s"]


def test_a_failure_of_hostkit_itself_is_shown_in_full() -> None:
    """There is nothing else to show."""

    def call() -> None:
        MaskedFormatter(Mask(None)).format(record_of())  # type: ignore[arg-type]

    try:
        call()
    except TypeError as error:
        frames = error.__traceback__
        while frames is not None and frames.tb_next is not None:
            frames = frames.tb_next
        raised = (TypeError, error, frames)
    text = MaskedFormatter(MASK).format(record_of(exc_info=raised))
    assert "wording.py" in text


@pytest.mark.parametrize("value", [None, 5])
def test_values_are_written_as_strings(value: object) -> None:
    """A record's message may be any object."""
    record = record_of()
    record.msg = value
    assert json.loads(JsonFormatter(MASK).format(record))["message"] == str(value)

"""How a line of the log is written."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import maybeDeferred

import hostkit
from hostkit.logs import About
from hostkit.wording import clean
from tests.cli.logged import write_record

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.logged import Logged

SECRET = 's3"cret-of-a-module'
JSON = ("serve", "--log-format", "json")


def test_text_has_the_time_in_utc(logged: Logged) -> None:
    """With milliseconds, whatever the time zone of the machine."""
    text = logged(lambda: write_record(f"it is {SECRET}"), secrets=(SECRET,))
    assert text == "2026-01-31 12:10:03.062Z WARNING hostkit.modules.a.B: it is [redacted]\n"


def test_json_is_one_object_on_one_line(logged: Logged) -> None:
    """What is not known is left out; secrets are taken out before quotes are escaped."""
    text = logged(lambda: write_record(f"two\nlines, {SECRET}"), *JSON, secrets=(SECRET,))
    (line,) = text.splitlines()
    assert json.loads(line) == {
        "time": "2026-01-31T12:10:03.062Z",
        "level": "WARNING",
        "logger": "hostkit.modules.a.B",
        "message": "two\nlines, [redacted]",
        "module": "a.B",
    }


def test_json_has_all_that_is_known(logged: Logged) -> None:
    """What it is about, the worker, the exception, and how often it was repeated."""
    about = About("a.b", receipt="x-1", loop="tidy", page="GET /", listener="tcp:80")
    raised = (ValueError, ValueError(SECRET), None)

    def log() -> None:
        write_record(raised=raised, stack_info="Stack", repeated=3, **about.extra)
        write_record(name="other")

    text = logged(log, *JSON, "--worker", "w1", secrets=(SECRET,))
    fields, other = map(json.loads, text.splitlines())
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
    assert "module" not in other


@pytest.mark.parametrize("value", [None, 5])
def test_values_are_written_as_strings(value: object, logged: Logged) -> None:
    """A record's message may be any object."""
    assert json.loads(logged(lambda: write_record(value), *JSON))["message"] == str(value)


def raise_and_log(function: Callable[[], object]) -> None:
    """Log what a function raises, as a module does."""
    try:
        function()
    except Exception:  # noqa: BLE001 -- whatever the test raises
        write_record(raised=sys.exc_info(), exc_text="what another handler wrote")


def test_a_traceback_shows_the_frames_of_the_module(logged: Logged) -> None:
    """Not those of hostkit, Twisted and asyncio between them."""

    def module() -> None:
        raise KeyError("x")

    raised: list[Any] = []

    def calling() -> None:
        maybeDeferred(module).addErrback(raised.append)
        raise raised[0].value

    text = logged(lambda: raise_and_log(calling))
    assert "in calling" in text
    assert "in module" in text
    assert "maybeDeferred" not in text.replace("maybeDeferred(module)", "")
    assert "another handler" not in text


def test_chained_exceptions_and_groups_are_shown_in_the_same_way(logged: Logged) -> None:
    """Each with its own frames."""

    def raising() -> None:
        both = ExceptionGroup("both", [OSError("third")])
        both.__context__ = KeyError("first")
        raise both from ValueError("second")

    text = logged(lambda: raise_and_log(raising))
    assert [word in text for word in ("second", "third", "both")] == [True] * 3


def test_what_follows_from_a_failure_of_the_module_shows_no_frames(logged: Logged) -> None:
    """Such as the time-out that a cancellation becomes."""

    def inside(cause: BaseException | None) -> None:
        code = compile("raise TimeoutError('late') from cause", hostkit.__file__, "exec")
        exec(code, {"cause": cause})

    def cancelled() -> None:
        try:
            int("x")
        except ValueError as error:
            inside(error)

    raised = innermost(cancelled, "<module>")
    text = logged(lambda: write_record(raised=raised))
    assert "in cancelled" in text
    assert hostkit.__file__ not in text
    assert text.endswith("TimeoutError: late\n")


def innermost(function: Callable[[], object], name: str) -> Any:
    """Give what a function raises, with the traceback from a frame of that name on."""
    try:
        function()
    except Exception as error:  # noqa: BLE001 -- whatever the test raises
        frames = error.__traceback__
        while frames is not None and frames.tb_frame.f_code.co_name != name:
            frames = frames.tb_next
        return type(error), error, frames
    raise AssertionError


def test_a_timeout_without_frames_of_the_module_is_one_line(logged: Logged) -> None:
    """Where hostkit gives up a module that goes on is of no use to anybody."""
    raised = (TimeoutError, TimeoutError("not done after 2s"), None)
    text = logged(lambda: write_record(raised=raised))
    assert text.splitlines()[1:] == ["TimeoutError: not done after 2s"]


def test_a_failure_of_hostkit_itself_is_shown_in_full(logged: Logged) -> None:
    """There is nothing else to show."""
    nothing: Any = None
    raised = innermost(lambda: clean("x", nothing, 1), "clean")
    assert "wording.py" in logged(lambda: write_record(raised=raised))

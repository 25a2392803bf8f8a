"""Exceptions of modules, as logs and messages show them."""

from __future__ import annotations

import logging
import traceback
from typing import Any, NoReturn

import pytest

from hostkit.presenting import exception_line, message_of, presentable


class Lost(Exception):  # noqa: N818
    """Loses the line of the log that shows it."""

    @property
    def __notes__(self) -> Any:  # type: ignore[override]
        raise ValueError("lost")


class Fighting(str):
    __slots__ = ()

    def __format__(self, how: str) -> str:
        raise SystemExit


class Saying(Exception):  # noqa: N818
    """Has a message that is a string of its own kind."""

    def __str__(self) -> str:
        return Fighting("said")


def raised(error: BaseException) -> BaseException:
    try:
        fail(error)
    except BaseException as caught:  # noqa: BLE001 -- to give it a traceback
        return caught


def fail(error: BaseException) -> NoReturn:
    raise error


class Ordinary(ValueError):  # noqa: N818
    """As modules have them."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"ordinary: {self.text}"


def _caused() -> BaseException:
    error = Ordinary("caused")
    error.__cause__ = KeyError("cause")
    error.add_note("a note")
    return error


def _chained() -> BaseException:
    error: BaseException = ValueError("first")
    for number in range(20):
        later = ValueError(number)
        later.__cause__ = later.__context__ = error
        error = later
    return error


@pytest.mark.parametrize(
    "error",
    [
        Ordinary("text"),
        _caused(),
        _chained(),
        SystemExit(1),
        BaseExceptionGroup("two", [ValueError(), _caused()]),
        SyntaxError("bad", ("file.py", 1, 2, "text")),
        AttributeError("name", name="name", obj=7),
    ],
    ids=repr,
)
def test_an_ordinary_exception_is_shown_as_it_is(error: BaseException) -> None:
    """With all its members, causes and notes."""
    assert presentable(error) is error


def test_an_exception_that_cannot_be_shown_has_a_stand_in() -> None:
    """It has the name, the message and the traceback of the original, and its causes."""
    error = raised(Lost("text"))
    error.__cause__ = KeyError("cause")
    error.__context__ = Lost("context")
    shown = presentable(error)
    text = "".join(traceback.format_exception(shown))
    assert f"{Lost.__module__}.Lost: text" in text
    assert "in raised" in text
    assert "KeyError: 'cause'" in text
    assert shown.__cause__ is error.__cause__
    assert type(shown.__context__).__name__ == "Lost"


def test_its_line_is_not_lost() -> None:
    """A handler writes it, although it cannot format the original."""
    lines: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    logger = logging.getLogger("alone")
    logger.addHandler(Keeping())
    error = raised(Lost("text"))
    with pytest.raises(ValueError, match="lost"):
        logger.error("it failed", exc_info=error)
    logger.error("it failed", exc_info=presentable(error))
    assert [line.splitlines()[0] for line in lines] == ["it failed"]


def _wide() -> BaseException:
    error: BaseException = ValueError("wide")
    for _ in range(40):
        error = BaseExceptionGroup("g", [error, error])
    return error


def _deep() -> BaseException:
    error: BaseException = ValueError("deep")
    for _ in range(100):
        error = BaseExceptionGroup("g", [error])
    return error


def test_a_group_that_takes_for_ever_to_show_is_shown_by_its_name() -> None:
    """Each of its members would be shown as often as it is one."""
    for error in (_wide(), _deep()):
        line = exception_line(error)  # pytest would show the group itself
        assert line.startswith("ExceptionGroup: g (")


def test_a_long_chain_is_cut() -> None:
    """The last exceptions of it are shown."""
    error: BaseException = Lost("first")
    for number in range(100):
        later = Lost(number)
        later.__context__ = error
        error = later
    shown: BaseException | None = presentable(error)
    count = 0
    while shown is not None:
        count, shown = count + 1, shown.__context__
    assert count == 21


class Listing:
    def __dir__(self) -> Any:
        raise SystemExit


def _noted(notes: Any) -> BaseException:
    error = ValueError("noted")
    error.__notes__ = notes
    return error


@pytest.mark.parametrize(
    "error",
    [
        Saying(),
        _noted(7),
        _noted([7]),
        _noted([Fighting("note")]),
        AttributeError("name", name="name", obj=Listing()),
        SyntaxError("bad", (Fighting("file.py"), 1, 2, "text")),
        type("Odd", (Exception,), {"__module__": 7})(),
        type("Odd", (Exception,), {"__str__": lambda _: 7})(),
        type("Meta", (type,), {})("Odd", (Exception,), {})(),
    ],
    ids=range(9),
)
def test_whatever_is_read_of_an_exception_must_be_what_python_makes(error: BaseException) -> None:
    """Its notes, its message, the names that are like a missing one."""
    assert presentable(error) is not error
    assert exception_line(error)


def test_a_message_is_a_plain_string() -> None:
    """Whatever `__str__` returns, or raises."""
    assert type(message_of(Saying())) is str
    assert message_of(Saying()) == "said"
    assert message_of(type("Odd", (Exception,), {"__str__": lambda _: 7})()) == (
        "(its message cannot be shown)"
    )


class Interrupted(Exception):  # noqa: N818
    def __str__(self) -> str:
        raise KeyboardInterrupt


@pytest.mark.parametrize("show", [message_of, presentable, exception_line])
def test_an_interrupt_is_passed_on(show: Any) -> None:
    """Nobody takes Ctrl-C for a failure of a module."""
    with pytest.raises(KeyboardInterrupt):
        show(Interrupted())

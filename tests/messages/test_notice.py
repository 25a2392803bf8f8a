"""Lines of the log that come up too often, and strings from outside in them."""

from __future__ import annotations

import logging

import pytest

from hostkit.messages import Notice, shown


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_line_is_written_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """The next one says how many were not."""
    time = Time()
    notice = Notice(logging.getLogger("x"), time)
    for number in range(4):
        assert notice.write(logging.WARNING, "number %d", number) is (number == 0)
    time.now += 60
    notice.write(logging.WARNING, "number %d", 5)
    time.now += 60
    notice.write(logging.WARNING, "number %d", 6)
    assert [record.getMessage() for record in caplog.records] == [
        "number 0",
        "number 5 (3 more since the last such line)",
        "number 6",
    ]


def test_a_line_may_be_written_some_times(caplog: pytest.LogCaptureFixture) -> None:
    """Those that say what is the case come and go."""
    time = Time()
    notice = Notice(logging.getLogger("x"), time, 2)
    assert [notice.write(logging.WARNING, "x") for _ in range(3)] == [True, True, False]
    due = [notice.is_due]
    time.now += 60
    assert [*due, notice.is_due] == [False, True]
    assert len(caplog.records) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain wörds", "plain wörds"),
        ("a\nb\x1b[31m", r"a\nb\x1b[31m"),
        ("x" * 300, "x" * 200 + "… (100 more characters)"),
    ],
    ids=range(3),
)
def test_strings_from_outside_fit_into_a_line(text: str, expected: str) -> None:
    """They are short, and all of them can be seen."""
    assert shown(text) == expected

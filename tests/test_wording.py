from __future__ import annotations

from typing import Any

import pytest

from hostkit.wording import counted, did_you_mean, either, nearest, quote, show


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (True, "true"),
        ("no", "the string 'no'"),
        (5, "the number 5"),
        (0.5, "the number 0.5"),
        pytest.param(16**5000, "a very large number", id="large"),
        ({}, "a mapping"),
        ([], "a list"),
        ((), "a list"),
        (b"", "a value of type bytes"),
    ],
)
def test_values_are_shown_in_words(value: Any, shown: str) -> None:
    """Any value can be shown, even a number Python refuses to print."""
    assert show(value) == shown


def test_long_strings_are_shown_whole() -> None:
    """A string is never cut: half a secret could not be redacted."""
    assert show("x" * 5000) == f"the string {'x' * 5000!r}"


def test_alternatives_are_joined() -> None:
    """Alternatives read as in a sentence."""
    assert (either("a"), either("ab"), either("abc")) == ("a", "a or b", "a, b or c")


def test_the_nearest_name_is_found() -> None:
    """A slip of the finger is recognised, another word is not."""
    assert (nearest("timout", ["timeout"]), nearest("x", ["timeout"])) == ("timeout", None)


def test_the_hint_names_the_nearest_name() -> None:
    """The hint is a question, or missing when nothing is near."""
    assert did_you_mean("timout", ["timeout"]) == "did you mean 'timeout'?"
    assert did_you_mean("x", ["timeout"]) is None


def test_things_are_counted() -> None:
    """One is singular, none and many are plural."""
    assert [counted(number, "module") for number in (0, 1, 2)] == [
        "0 modules",
        "1 module",
        "2 modules",
    ]


def test_a_very_long_string_is_not_shown() -> None:
    """Thousands of messages may be about one string of a megabyte."""
    assert show("x" * 20_000) == quote("x" * 20_000) == "a string of 20000 characters"
    assert (quote("x"), quote(1)) == ("'x'", "1")


def test_nothing_is_near_a_very_long_name() -> None:
    """Comparing takes long for long names, and no option is like them."""
    assert nearest("modules" * 100, ["modules" * 100]) is None

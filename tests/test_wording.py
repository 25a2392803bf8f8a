from __future__ import annotations

from typing import Any

import pytest

from hostkit.wording import (
    clean,
    counted,
    did_you_mean,
    either,
    indented,
    nearest,
    quote,
    shortened,
    show,
    visible,
)


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, ärger, 😀, no-break\xa0space\t", "plain, ärger, 😀, no-break\xa0space\t"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("a\rb\bc\x00\x7f\x9b\x85", r"a\rb\x08c\x00\x7f\x9b\x85"),
        ("\x0b\x0c\x1c\u2028\u2029", r"\x0b\x0c\x1c\u2028\u2029"),
        ("\u202eevil\u202c\u2066x\u2069", r"\u202eevil\u202c\u2066x\u2069"),
        ("zero\u200bwidth\ufeff\xad", r"zero\u200bwidth\ufeff\xad"),
        ("\ud800 half \udfff", r"\ud800 half \udfff"),
        ("tag\U000e0041", r"tag\U000e0041"),
    ],
)
def test_what_could_not_be_seen_is_written_visibly(text: str, shown: str) -> None:
    """What would control a terminal, end a line or hide something is escaped as Python does."""
    assert visible(text) == shown
    assert visible(shown) == shown


def test_further_lines_are_indented() -> None:
    """A line that a message brings along cannot be taken for another message."""
    assert indented("one\n2026 INFO two\r\n") == "one\n  2026 INFO two\\r\n  "


def test_a_cut_is_noted() -> None:
    """With the number of characters that are missing."""
    assert shortened("x" * 12, 10) == "xxxxxxxxxx… (2 more characters)"
    assert shortened("x" * 11, 10) == "xxxxxxxxxx… (1 more character)"
    assert shortened("x" * 10, 10) == "x" * 10


def test_a_text_is_redacted_before_it_is_escaped_and_cut() -> None:
    """What was cut or escaped could not be recognised as a secret."""

    def redact(text: str) -> str:
        return text.replace("s\x1bcret-of-many", "[redacted]")

    assert clean("is s\x1bcret-of-many\x1b", redact, 20) == r"is [redacted]\x1b"
    assert clean("is s\x1bcret-of-many", redact, 5) == "is [r… (8 more characters)"
    assert clean("x" * 100, redact, 5) == "xxxxx… (95 more characters)"

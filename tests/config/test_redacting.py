"""Secrets are taken out of texts, whole and in pieces, and however they are quoted."""

from __future__ import annotations

import base64
import json
import reprlib
import time
import tracemalloc
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hostkit.config import COMMON_WORDS, Redactor


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("is it hunter2?", "is it [redacted]?"),
        ("hunter2hunter2", "[redacted][redacted]"),
        ("hunter2-long", "[redacted]"),
        (repr('it\'s\n"here"'), "'[redacted]'"),
        ("here: it's", "here: it's"),
        ("nothing", "nothing"),
    ],
)
def test_secrets_are_redacted(text: str, clean: str) -> None:
    """Secrets disappear whole, in the form `repr` gives them too, and line by line."""
    assert Redactor(["hunter2", "hunter2-long", 'it\'s\n"here"', ""]).redact(text) == clean


def test_without_secrets_nothing_changes() -> None:
    """A text stays as it is if there is nothing to hide, or only nothing."""
    assert (Redactor([]).redact("text"), Redactor([""]).redact("text")) == ("text", "text")


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("1", "1 of 11"),
        ("debug", "a debug line"),
        ("warning", "a warning"),
        ("1234567", "not 1234567"),
        ('{\n  "a": 1\n}\n', "{ } [1]"),
    ],
)
def test_what_is_short_is_left_alone(secret: str, text: str) -> None:
    """A log in which each `1` is masked could not be read."""
    assert Redactor([secret]).redact(text) == text


@pytest.mark.parametrize(
    ("secret", "text", "clean"),
    [
        ("12345678", "(12345678)", "([redacted])"),
        ("passphrase", "a passphrase", "a [redacted]"),
        ("abc123", "abc123", "[redacted]"),
        ('{\n  "key": "abcdefgh"\n}\n', '"key": "abcdefgh"', "[redacted]"),
        ("redis://me:passphrase@host/0", "wrong: passphrase", "wrong: [redacted]"),
        ("redis://me:p%40ssphrase@host/0", "wrong: p@ssphrase", "wrong: [redacted]"),
        ('say "friend"', 'say \\"friend\\"', "[redacted]"),
        ("http://[::1", "at http://[::1", "at [redacted]"),
    ],
)
def test_what_is_long_enough_is_masked(secret: str, text: str, clean: str) -> None:
    """Eight characters, or six with letters and digits; also a line, or the password of a URL."""
    assert Redactor([secret]).redact(text) == clean


SECRET = 'correct "horse"\n+/\u00e4\U0001f40e\\battery=staple'


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()


def _lower_hex(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


FORMS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "repr": repr,
    "ascii": ascii,
    "bytes": lambda text: repr(text.encode("utf-8", "surrogatepass")),
    "json": json.dumps,
    "json in unicode": lambda text: json.dumps(text, ensure_ascii=False),
    "repr of json": lambda text: repr(json.dumps(text)),
    "quote": lambda text: quote(text, errors="surrogatepass"),
    "quote all": lambda text: quote(text, safe="", errors="surrogatepass"),
    "quote_plus": lambda text: quote_plus(text, errors="surrogatepass"),
    "quote twice": lambda text: quote(quote(text, errors="surrogatepass")),
    "lower hex": _lower_hex,
    "base64": _base64,
    "base64 of a URL": lambda text: _base64(text).replace("+", "-").replace("/", "_"),
    "basic": lambda text: "Basic " + _base64(f"ann:{text}"),
    "basic of another length": lambda text: "Basic " + _base64(f"jane:{text}"),
    "basic of yet another": lambda text: "Basic " + _base64(f"peter:{text}"),
    "quoted base64": lambda text: quote(_base64(text), safe=""),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@given(secret=st.text(min_size=8, max_size=40).filter(lambda text: text not in COMMON_WORDS))
@example(secret=SECRET)
@example(secret="abcdefgh")
def test_a_secret_is_masked_in_every_form(form: Callable[[str], str], secret: str) -> None:
    """Nothing of it is left that could be read, even in part."""
    text = f"<{form(secret)}>"
    masked = Redactor([secret]).redact(text)
    assert "[redacted]" in masked
    assert len(masked) <= len("<Basic [redacted]=====>") + len(form("12345")) + 5


@pytest.mark.parametrize(
    "text",
    [
        reprlib.repr("0123456789abcdefghijklmnopqrstuv"),
        "0123456789abcdefghijklmnopqrstuv"[:8],
        "0123456789abcdefghijklmnopqrstuv"[9:18] + "\u2026",
        "[0123456789abcde...]",
    ],
)
def test_pieces_are_masked(text: str) -> None:
    """Others shorten what they quote, so eight characters are as good as all of them."""
    masked = Redactor(["0123456789abcdefghijklmnopqrstuv"]).redact(text)
    assert "[redacted]" in masked
    assert not any(char.isalnum() for char in masked.replace("[redacted]", ""))


def test_seven_characters_are_not_a_piece() -> None:
    """They may stand anywhere."""
    assert Redactor(["0123456789abcdef"]).redact("0123456 and abcdef") == "0123456 and abcdef"


@pytest.mark.parametrize("secret", ["ok", "debug", "password", "localhost", "7654321"])
def test_short_values_and_common_words_are_masked_whole(secret: str) -> None:
    """In quotes, behind an equals sign and alone, so that a log can be read nevertheless."""
    redact = Redactor([secret]).redact
    shown = f"the {secret} of host {secret}, x{secret}"
    assert redact(shown) == shown
    assert redact(secret) == "[redacted]"
    assert redact(f"token={secret}, {{'a': '{secret}'}}") == (
        "token=[redacted], {'a': '[redacted]'}"
    )


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("cannot connect to localhost:5432", "cannot connect to localhost:5432"),
        ("the database postgres is not there", "the database postgres is not there"),
        ("as user admin_of_words", "as user admin_of_words"),
        (
            "at postgresql://admin_of_words:x@localhost",
            "at postgresql://admin_of_words:x@localhost",
        ),
        ("refused: p4ssphrase", "refused: [redacted]"),
        ("postgresql://admin_of_words:p4ssphrase@localhost:5432/postgres", "[redacted]"),
    ],
)
def test_what_a_url_shows_of_a_host_is_not_secret(text: str, clean: str) -> None:
    """Scheme, user and host of a connection string stand in every other line of a log."""
    url = "postgresql://admin_of_words:p4ssphrase@localhost:5432/postgres"
    assert Redactor([url]).redact(text) == clean


def test_lines_of_dashes_and_spaces_say_nothing() -> None:
    """A key file has them, and so has every table and traceback."""
    key = "-----BEGIN KEY-----\n        abcdEFGH1234\n--------------------\n"
    redact = Redactor([key]).redact
    assert redact("--------------------\n            x") == "--------------------\n            x"
    assert redact("line 2 (abcdEFGH1234)") == "line 2 ([redacted])"
    assert redact("-" * 19) == "-" * 19


def test_a_secret_of_one_character_is_masked_all_the_same() -> None:
    """If nothing in it tells it from a ruler, all of it does."""
    assert Redactor(["x" * 32]).redact(f"is {'x' * 20}.") == "is [redacted]."


def test_thousands_of_secrets_cost_what_one_does() -> None:
    """A file of 3,000 lines makes a failing call no slower, which takes microseconds."""
    lines = [f"{number:08x}-{number * 7919:016x}-{number * 104729:024x}" for number in range(3000)]
    redact = Redactor(["\n".join(lines), *lines]).redact
    text = "ValueError: the service at words.example.org answers 403 to ann, who is not known"
    best = 1.0
    for _ in range(20):
        began = time.perf_counter()
        assert redact(text) == text
        best = min(best, time.perf_counter() - began)
    assert best < 0.002  # some 20 us; a pattern with all lines takes more than 100 ms
    assert redact(f"no such line: {lines[1234]!r}") == "no such line: '[redacted]'"


def test_a_very_long_secret_is_masked_in_longer_pieces() -> None:
    """Sixteen characters, or a whole line: so a key file of a megabyte takes little memory."""
    lines = [f"{number * 7919:012x}" for number in range(40_000)]
    secret = "\n".join([*lines, "abc", "-" * 20])
    tracemalloc.start()
    try:
        redactor = Redactor([secret])
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 25 * len(secret)  # all its pieces would take a hundred times as much as it
    shown = redactor.redact(f"<{secret[5000:9000]}>")
    assert len(shown.replace("[redacted]", "")) < 20
    for line in lines[1::1000]:
        masked = redactor.redact(f"no such line: <{line}>")
        assert masked.startswith("no s")
        assert line[:8] not in masked
        assert line[-8:] not in masked
    assert redactor.redact("abc " + "-" * 20) == "abc " + "-" * 20

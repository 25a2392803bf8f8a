from __future__ import annotations

from pathlib import Path

import pytest

from hostkit.config._secrets import no_name, read_secret, redact
from hostkit.errors import Problem


def _refusal(tag: str, name: str, folder: Path) -> Problem:
    problem = read_secret(tag, name, folder)
    assert isinstance(problem, Problem)
    return problem


def test_a_variable_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`!env` gives the variable's value as it is, an empty one too."""
    monkeypatch.setenv("HOSTKIT_TEST", " s3cret\n")
    monkeypatch.setenv("HOSTKIT_EMPTY", "")
    assert read_secret("!env", "HOSTKIT_TEST", tmp_path) == " s3cret\n"
    assert read_secret("!env", "HOSTKIT_EMPTY", tmp_path) == ""


@pytest.mark.parametrize("name", ["HOSTKIT_MISSING", "\ud800"])
def test_a_missing_variable_is_named(tmp_path: Path, name: str) -> None:
    """The problem says which variable is not set."""
    problem = _refusal("!env", name, tmp_path)
    assert (
        problem.code,
        problem.message,
    ) == ("HK051", f"the environment variable {name!r} is not set")


@pytest.mark.parametrize(
    ("data", "secret"),
    [(b"s", "s"), (b"s\n", "s"), (b"s\r\n", "s"), (b"s\n\n", "s\n"), (b"", ""), (b"a\nb", "a\nb")],
)
def test_a_file_is_read_without_its_last_newline(tmp_path: Path, data: bytes, secret: str) -> None:
    """One newline at the end belongs to the file, everything else to the secret."""
    (tmp_path / "secret").write_bytes(data)
    assert read_secret("!file", "secret", tmp_path) == secret
    assert read_secret("!file", str(tmp_path / "secret"), Path("/nowhere")) == secret


@pytest.mark.parametrize("name", ["missing", ".", "a\0b"])
def test_an_unreadable_file_is_named(tmp_path: Path, name: str) -> None:
    """The problem names the file and says why it cannot be read."""
    problem = _refusal("!file", name, tmp_path)
    assert problem.code == "HK052"
    assert f"{str(tmp_path / name)!r} cannot be read: " in problem.message


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """The problem says which byte is wrong, and shows none of the others."""
    (tmp_path / "secret").write_bytes(b"abc\xff")
    problem = _refusal("!file", "secret", tmp_path)
    assert (
        problem.code,
        problem.message,
    ) == ("HK053", f"the byte 4 of {str(tmp_path / 'secret')!r} is not UTF-8")


@pytest.mark.parametrize(
    ("tag", "what"), [("!env", "an environment variable"), ("!file", "a file")]
)
def test_a_tag_needs_a_name(tmp_path: Path, tag: str, what: str) -> None:
    """A tag with nothing behind it is told what belongs there."""
    assert no_name(tag) == read_secret(tag, "", tmp_path)
    assert (
        no_name(tag).code,
        no_name(tag).message,
        no_name(tag).expected,
    ) == ("HK050", f"{tag} needs the name of {what}", f"`key: {tag} name`")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("is it hunter2?", "is it [redacted]?"),
        ("hunter2hunter2", "[redacted][redacted]"),
        ("hunter2-long", "[redacted]"),
        (repr('it\'s\n"here"'), "'[redacted]'"),
        ("line: it's", "line: [redacted]"),
        ("nothing", "nothing"),
    ],
)
def test_secrets_are_redacted(text: str, clean: str) -> None:
    """Secrets disappear whole, in the form `repr` gives them too, and line by line."""
    assert redact(text, ["hunter2", "hunter2-long", 'it\'s\n"here"', ""]) == clean


def test_without_secrets_nothing_changes() -> None:
    """A text stays as it is if there is nothing to hide, or only nothing."""
    assert (redact("text", []), redact("text", [""])) == ("text", "text")

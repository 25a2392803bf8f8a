from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from hostkit.config import load
from hostkit.errors import ConfigErrors, Problem

from .conftest import Write


def _refused_text(name: str) -> Problem:
    with pytest.raises(ConfigErrors) as caught:
        load(name)
    (problem,) = caught.value.problems
    return problem


def test_text_is_read_as_it_is(write: Write) -> None:
    """Neither line ends nor characters of other alphabets are changed."""
    text = "modules:\r\n- module: a.B\r\n  config: {a: ä}\r\n"
    file = load(write(text))
    assert file.modules[0].config == {"a": "ä"}
    assert file.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_a_byte_order_mark_is_dropped(write: Write) -> None:
    """A file that starts with a byte order mark is read like any other."""
    file = load(write(b"\xef\xbb\xbfhostkit: {receipts: 1}"))
    assert file.settings.receipts == 1


@pytest.mark.parametrize("name", ["missing.yaml", "host.yaml/below.yaml"])
def test_a_missing_file_is_named(write: Write, name: str) -> None:
    """The problem names the file as it was given, and where it was looked for."""
    missing = str(Path(write("")).parent / name)
    problem = _refused_text(missing)
    assert (problem.code, problem.message) == ("HK001", f"the file {missing!r} does not exist")
    assert problem.hint == f"it would be {missing!r}"


def test_an_empty_name_is_not_taken_for_a_folder() -> None:
    """A variable of the shell that is not set gives one."""
    problem = _refused_text("")
    assert (problem.code, problem.message) == ("HK001", "the name of the file is empty")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """A folder is refused as what it is."""
    problem = _refused_text(str(tmp_path))
    assert (problem.code, problem.hint) == ("HK002", "name the file in it")


def test_what_the_system_refuses_is_reported(tmp_path: Path) -> None:
    """Any other error of the system is reported in its words."""
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    problem = _refused_text(str(loop))
    assert problem.code == "HK003"
    assert "Too many levels of symbolic links" in problem.message


def test_a_name_the_system_cannot_have_is_reported() -> None:
    """A name with a NUL in it is a problem, not a traceback."""
    problem = _refused_text("a\0b")
    assert (
        problem.code,
        problem.message,
    ) == ("HK003", "'a\\x00b' cannot be read: embedded null byte")


def test_the_first_bad_byte_is_pointed_at(write: Write) -> None:
    """For text in another encoding, line and column count characters, not bytes."""
    problem = _refused_text(write("a: ä\nü: ".encode() + b"\xff\xfe\n"))
    assert (problem.code, problem.message) == ("HK004", "the byte 0xff is not UTF-8")
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (2, 4)


@pytest.mark.parametrize("char", ["\0", "\x1b", "\x7f", "\ufffe"])
def test_a_control_character_is_pointed_at(write: Write, char: str) -> None:
    """Characters YAML does not allow are found before the parser, which gives no place."""
    problem = _refused_text(write(f"a: 1\nb: {char}\n"))
    assert (
        problem.code,
        problem.message,
    ) == ("HK005", f"the character U+{ord(char):04X} is not allowed in YAML")
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (2, 4)

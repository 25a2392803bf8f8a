from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hostkit.config._text import read_text
from hostkit.errors import ConfigErrors, Problem

if TYPE_CHECKING:
    from .conftest import Write


def _refusal(name: str) -> Problem:
    with pytest.raises(ConfigErrors) as caught:
        read_text(name)
    (problem,) = caught.value.problems
    return problem


def test_text_is_read_as_it_is(write: Write) -> None:
    """Neither line ends nor characters of other alphabets are changed."""
    assert read_text(write("a: ä\r\n")) == "a: ä\r\n"


def test_a_byte_order_mark_is_dropped(write: Write) -> None:
    """A file that starts with a byte order mark is read like any other."""
    assert read_text(write(b"\xef\xbb\xbfa: 1")) == "a: 1"


@pytest.mark.parametrize("name", ["missing.yaml", "host.yaml/below.yaml"])
def test_a_missing_file_is_named(write: Write, name: str) -> None:
    """The problem names the file as it was given, and where it was looked for."""
    missing = str(Path(write("")).parent / name)
    problem = _refusal(missing)
    assert (problem.code, problem.message) == ("HK001", f"there is no file {missing!r}")
    assert problem.hint == f"it would be {missing!r}"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder is refused as what it is."""
    problem = _refusal(str(tmp_path))
    assert (problem.code, problem.hint) == ("HK002", "name the file in it")


def test_what_the_system_refuses_is_told(tmp_path: Path) -> None:
    """Any other error of the system is told in its words."""
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    problem = _refusal(str(loop))
    assert problem.code == "HK003"
    assert "Too many levels of symbolic links" in problem.message


def test_a_name_the_system_cannot_have_is_told() -> None:
    """A name with a NUL in it is a problem, not a traceback."""
    problem = _refusal("a\0b")
    assert (
        problem.code,
        problem.message,
    ) == ("HK003", "'a\\x00b' cannot be read: embedded null byte")


def test_the_first_bad_byte_is_pointed_at(write: Write) -> None:
    """For text in another encoding, line and column count characters, not bytes."""
    problem = _refusal(write("a: ä\nü: ".encode() + b"\xff\xfe\n"))
    assert (problem.code, problem.message) == ("HK004", "the byte 0xff is not UTF-8")
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (2, 4)


@pytest.mark.parametrize("char", ["\0", "\x1b", "\x7f", "\ufffe"])
def test_a_control_character_is_pointed_at(write: Write, char: str) -> None:
    """Characters YAML does not allow are found before the parser stumbles over them."""
    problem = _refusal(write(f"a: 1\nb: {char}\n"))
    assert (
        problem.code,
        problem.message,
    ) == ("HK005", f"the character U+{ord(char):04X} is not allowed in YAML")
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (2, 4)

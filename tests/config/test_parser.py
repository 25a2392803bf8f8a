from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from hostkit.config._parser import LOADER, Parser, read_text
from hostkit.errors import ConfigErrors, Problem

if TYPE_CHECKING:
    from .conftest import Write

_BEGAN = "the text in quotes that ends just before began"


def _refused_text(name: str) -> Problem:
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


_LOADERS = pytest.mark.parametrize("loader", [LOADER, yaml.SafeLoader])


def _refusal(text: str, loader: Any = LOADER) -> tuple[Problem, int, int]:
    with pytest.raises(ConfigErrors) as caught:
        Parser("f", text, loader).parse()
    (problem,) = caught.value.problems
    assert problem.place is not None
    return problem, problem.place.line, problem.place.column


def test_libyaml_is_used_where_it_is_installed() -> None:
    """The parser is the fast one."""
    assert yaml.CSafeLoader is LOADER


@_LOADERS
def test_one_mapping_is_accepted(loader: Any) -> None:
    """A file with one mapping gives its nodes; no value in it is looked at."""
    root = Parser("f", "---\na: !secret b\nc: 2024-13-45\n", loader).parse().root
    assert [key.value for key, _ in root.value] == ["a", "c"]


@_LOADERS
@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: [1\n", 1, 5),
        ("a: 1\n b: 2\n", 2, 3),
        ("a: *nowhere\n", 1, 4),
        ('a: "open\n\n', 2, 1),
        ("a: }\n", 1, 4),
    ],
)
def test_what_is_not_yaml_is_pointed_at(loader: Any, text: str, line: int, column: int) -> None:
    """A mistake of grammar is one problem, placed inside the file even at its end."""
    problem, *place = _refusal(text, loader)
    assert ("HK006", [line, column]) == (problem.code, place)


@_LOADERS
def test_a_tab_is_called_a_tab(loader: Any) -> None:
    """A tab at the start of a line is called one."""
    problem, *place = _refusal("a:\n\tb: 1\n", loader)
    assert place == [2, 1]
    assert problem.hint == "YAML is indented with spaces; this is a tab"


def test_an_escape_for_no_character_is_a_problem_in_the_slow_parser_too() -> None:
    """What the parser written in Python lets out as `ValueError` is a problem as well."""
    assert _refusal('a: "\\U00110000"', yaml.SafeLoader)[0].code == "HK006"
    assert _refusal('a: "\\UFFFFFFFF"', yaml.SafeLoader)[0].code == "HK006"


@_LOADERS
@pytest.mark.parametrize("text", ["", "\n", "# nothing\n"])
def test_an_empty_file_is_refused(loader: Any, text: str) -> None:
    """A file without content is a problem that shows what was expected."""
    problem, *place = _refusal(text, loader)
    assert (problem.code, problem.expected) == ("HK007", "a mapping with the key `modules:`")
    assert place == [1, 1]


@_LOADERS
@pytest.mark.parametrize(
    ("text", "what"), [("- a\n", "a list"), ("text\n", "a single value"), ("~", "a single value")]
)
def test_the_top_level_must_be_a_mapping(loader: Any, text: str, what: str) -> None:
    """A file that holds something else is refused with what it holds."""
    problem, *_ = _refusal(text, loader)
    assert (problem.code, problem.message) == ("HK008", f"the file holds {what}, not a mapping")


@_LOADERS
def test_a_second_document_is_pointed_at(loader: Any) -> None:
    """A file holds one document; the problem stands where the next one's content starts."""
    problem, *place = _refusal("a: 1\n---\nb: 2\n", loader)
    assert (problem.code, place) == ("HK009", [3, 1])


@_LOADERS
@pytest.mark.parametrize("opener", ["[", "{a: ", "- ", "? "])
def test_endless_nesting_is_refused_before_it_ends_the_process(loader: Any, opener: str) -> None:
    """A hundred thousand levels are refused at once; libyaml alone would crash."""
    # Python's own parser needs seconds for what libyaml's does in no time.
    levels = 2_000 if loader is yaml.SafeLoader else 100_000
    problem, *_ = _refusal(opener * levels, loader)
    assert problem.code == "HK010"


_LEVELS = range(1_100)
_DEEP = {
    "flow": "[" * 1_100,
    "pairs": "{a: " * 1_100,
    "lines": "\n".join("[" for _ in _LEVELS),
    "mappings": "\n".join(f"{' ' * level}a:" for level in _LEVELS),
    "lists": "\n".join(f"{' ' * level}-" for level in _LEVELS),
    "both": "- " * 600 + "[" * 600,
    "behind values": "a: [b, {c: d}]\n" * 500 + "e: " + "[" * 1_100,
    "before an error": "[" * 1_100 + '"open',
}


@pytest.mark.parametrize("name", _DEEP)
def test_deep_nesting_is_found_whatever_the_version_of_libyaml(name: str) -> None:
    """Newer versions refuse it as an error of grammar; here it is one problem with all."""
    problem, *_ = _refusal(_DEEP[name])
    message = "this is nested more than 900 levels deep"
    assert (problem.code, problem.message) == ("HK010", message)


@_LOADERS
@pytest.mark.parametrize(("end", "line", "column"), [('"open', 1_201, 5), ("}", 1_201, 1)])
def test_an_error_of_grammar_in_a_long_file_keeps_its_place(
    loader: Any, end: str, line: int, column: int
) -> None:
    """A file with many values and a mistake is not taken for a deep one."""
    problem, *place = _refusal("k: [1, {a: 2}]\n" * 1_200 + end, loader)
    assert (problem.code, place) == ("HK006", [line, column])


@pytest.mark.parametrize("end", ['"open', '[ "open'])
def test_an_error_behind_what_only_looks_like_nesting_keeps_its_place(end: str) -> None:
    """What may be deep is parsed once more; it is not, or it has an error of its own."""
    problem, *place = _refusal(f'"{"[" * 910}" {end}')
    assert (problem.code, place) == ("HK006", [1, 918 + len(end) - len('"open')])


def test_deep_nesting_ends_the_slow_parser_in_a_problem() -> None:
    """The parser written in Python gives up earlier, which is a problem too."""
    problem, *_ = _refusal("- " * 900, yaml.SafeLoader)
    assert problem.code == "HK010"


@_LOADERS
def test_long_files_may_be_long(loader: Any) -> None:
    """A file with many values is not mistaken for a deep one."""
    text = "".join(f"k{i}: [1, {{a: 2}}]\n" for i in range(1000))
    assert len(Parser("f", text, loader).parse().root.value) == 1000


@pytest.mark.parametrize("loader", [LOADER, yaml.SafeLoader])
@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('a: 1\nb: "x\nc: 2\n', "the quote in line 2, column 4 is not closed"),
        ("- 'abc\n", "the quote in line 1, column 3 is not closed"),
        ("a: [1,\nb: 2\n", "the bracket in line 1, column 4 is not closed"),
        ("a: {x: 1\nb: 2\n", "the bracket in line 1, column 4 is not closed"),
        (
            'a: 1\nb: "x\nc: 2\nd: "y"\n',
            f"{_BEGAN} in line 2, column 4: is its closing quote missing there?",
        ),
        ('a: "b" c\n', None),
        ('a: "b\n  c"\nd: "e" f\n', None),
        (
            "a: 'b\n c' d\n",
            f"{_BEGAN} in line 1, column 4: is its closing quote missing there?",
        ),
        ("a: @b\n", None),
    ],
)
def test_what_was_left_open_is_named(text: str, hint: str | None, loader: Any) -> None:
    """The parser notices at the next quote, or at the end; the hint says where it began."""
    problem = _refusal(text, loader)[0]
    assert problem.code == "HK006"
    assert problem.hint == hint

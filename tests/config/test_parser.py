from __future__ import annotations

from typing import Protocol

import pytest
import yaml

from hostkit.config import load
from hostkit.errors import Problem

from .conftest import ProblemsOf, Write

_BEGAN = "the text in quotes that ends just before began"


_PARSERS = ("libyaml", "python")
_LOADERS = pytest.mark.parametrize("loader", _PARSERS, indirect=True)


@pytest.fixture
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have files parsed as where libyaml is installed, or as where it is not."""
    name: str = request.param
    if name == "python":
        monkeypatch.delattr(yaml, "CSafeLoader")
    return name


class Refusal(Protocol):
    def __call__(self, text: str) -> tuple[Problem, int, int]: ...


@pytest.fixture
def refusal(problems_of: ProblemsOf) -> Refusal:
    """Give the one problem of a file, its line and its column."""

    def load_wrong(text: str) -> tuple[Problem, int, int]:
        (problem,) = problems_of(text)
        assert problem.place is not None
        return problem, problem.place.line, problem.place.column

    return load_wrong


def test_libyaml_is_used_where_it_is_installed(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parser is the fast one."""
    used: list[str] = []

    class Noting(yaml.CSafeLoader):
        def __init__(self, stream: str) -> None:
            used.append(stream)
            super().__init__(stream)

    monkeypatch.setattr(yaml, "CSafeLoader", Noting)
    load(write("a: 1\n"))
    assert used == ["a: 1\n"]


@_LOADERS
def test_one_mapping_is_accepted(write: Write, loader: str) -> None:
    """No value of the host application's own keys is looked at."""
    file = load(write("---\na: !secret b\nc: 2024-13-45\n"))
    place = file.locate(("c",), key=True)
    assert place is not None
    assert (file.says_nothing, place.line) == (True, 3)


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
def test_what_is_not_yaml_is_pointed_at(
    refusal: Refusal, loader: str, text: str, line: int, column: int
) -> None:
    """A mistake of grammar is one problem, placed inside the file even at its end."""
    problem, *place = refusal(text)
    assert ("HK006", [line, column]) == (problem.code, place)


@_LOADERS
def test_a_tab_is_called_a_tab(refusal: Refusal, loader: str) -> None:
    """A tab at the start of a line is called one."""
    problem, *place = refusal("a:\n\tb: 1\n")
    assert place == [2, 1]
    assert problem.hint == "YAML is indented with spaces; this is a tab"


@pytest.mark.parametrize("loader", ["python"], indirect=True)
def test_an_escape_for_no_character_is_a_problem_in_the_slow_parser_too(
    refusal: Refusal, loader: str
) -> None:
    """What the parser written in Python lets out as `ValueError` is a problem as well."""
    assert refusal('a: "\\U00110000"')[0].code == "HK006"
    assert refusal('a: "\\UFFFFFFFF"')[0].code == "HK006"


@_LOADERS
@pytest.mark.parametrize("text", ["", "\n", "# nothing\n"])
def test_an_empty_file_is_refused(refusal: Refusal, loader: str, text: str) -> None:
    """A file without content is a problem that shows what was expected."""
    problem, *place = refusal(text)
    assert (problem.code, problem.expected) == ("HK007", "a mapping with the key `modules:`")
    assert place == [1, 1]


@_LOADERS
@pytest.mark.parametrize(
    ("text", "what"), [("- a\n", "a list"), ("text\n", "a single value"), ("~", "a single value")]
)
def test_the_top_level_must_be_a_mapping(
    refusal: Refusal, loader: str, text: str, what: str
) -> None:
    """A file that holds something else is refused with what it holds."""
    problem, *_ = refusal(text)
    assert (problem.code, problem.message) == ("HK008", f"the file holds {what}, not a mapping")


@_LOADERS
def test_a_second_document_is_pointed_at(refusal: Refusal, loader: str) -> None:
    """A file holds one document; the problem stands where the next one's content starts."""
    problem, *place = refusal("a: 1\n---\nb: 2\n")
    assert (problem.code, place) == ("HK009", [3, 1])


@_LOADERS
@pytest.mark.parametrize("opener", ["[", "{a: ", "- ", "? "])
def test_endless_nesting_is_refused_before_it_ends_the_process(
    refusal: Refusal, loader: str, opener: str
) -> None:
    """A hundred thousand levels are refused at once; libyaml alone would crash."""
    # Python's own parser needs seconds for what libyaml's does in no time.
    levels = 2_000 if loader == "python" else 100_000
    problem, *_ = refusal(opener * levels)
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
def test_deep_nesting_is_found_whatever_the_version_of_libyaml(refusal: Refusal, name: str) -> None:
    """Newer versions refuse it as an error of grammar; here it is one problem with all."""
    problem, *_ = refusal(_DEEP[name])
    message = "this is nested more than 900 levels deep"
    assert (problem.code, problem.message) == ("HK010", message)


@_LOADERS
@pytest.mark.parametrize(("end", "line", "column"), [('"open', 1_201, 5), ("}", 1_201, 1)])
def test_an_error_of_grammar_in_a_long_file_keeps_its_place(
    refusal: Refusal, loader: str, end: str, line: int, column: int
) -> None:
    """A file with many values and a mistake is not taken for a deep one."""
    problem, *place = refusal("k: [1, {a: 2}]\n" * 1_200 + end)
    assert (problem.code, place) == ("HK006", [line, column])


@pytest.mark.parametrize("end", ['"open', '[ "open'])
def test_an_error_behind_what_only_looks_like_nesting_keeps_its_place(
    refusal: Refusal, end: str
) -> None:
    """What may be deep is parsed once more; it is not, or it has an error of its own."""
    problem, *place = refusal(f'"{"[" * 910}" {end}')
    assert (problem.code, place) == ("HK006", [1, 918 + len(end) - len('"open')])


@pytest.mark.parametrize("loader", ["python"], indirect=True)
def test_deep_nesting_ends_the_slow_parser_in_a_problem(refusal: Refusal, loader: str) -> None:
    """The parser written in Python gives up earlier, which is a problem too."""
    problem, *_ = refusal("- " * 900)
    assert problem.code == "HK010"


@_LOADERS
def test_long_files_may_be_long(write: Write, loader: str) -> None:
    """A file with many values is not mistaken for a deep one."""
    text = "".join(f"k{i}: [1, {{a: 2}}]\n" for i in range(1000))
    place = load(write(text)).locate(("k999", 1, "a"))
    assert place is not None
    assert (place.line, place.column) == (1000, 15)


@_LOADERS
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
def test_what_was_left_open_is_named(
    refusal: Refusal, loader: str, text: str, hint: str | None
) -> None:
    """The parser notices at the next quote, or at the end; the hint says where it began."""
    problem = refusal(text)[0]
    assert problem.code == "HK006"
    assert problem.hint == hint

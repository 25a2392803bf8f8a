from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from hostkit.config._parser import Parser
from hostkit.config._values import Reader


def _read(text: str, folder: Path = Path()) -> tuple[Any, Reader]:
    """Read the key `x` of a document."""
    reader = Reader(Parser("f", text).parse(), folder)
    return reader.read_top(["x"]).get("x"), reader


def _reported(reader: Reader) -> list[tuple[str, int, int]]:
    return [
        (problem.code, problem.place.line, problem.place.column)
        for problem in reader.problems
        if problem.place is not None
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("text", "text"),
        ("'5'", "5"),
        ("5", 5),
        ("0x10", 16),
        ("1.5", 1.5),
        ("yes", True),
        ("~", None),
        ("", None),
        ("=", "="),
        ("!!str 5", "5"),
        ("! 5", 5),
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-01-31 12:00:00", datetime(2026, 1, 31, 12)),  # noqa: DTZ001 - as it is written
        ("!!binary aGk=", b"hi"),
        ("[a, [b], {c: d}]", ["a", ["b"], {"c": "d"}]),
        ("!!seq [a]", ["a"]),
        ("!!map {1: a, '1': b}", {1: "a", "1": "b"}),
        ("{? ~ : a, 1.5: b}", {None: "a", 1.5: "b"}),
    ],
)
def test_values_are_read_as_yaml_means_them(written: str, value: Any) -> None:
    """Plain YAML gives the values PyYAML gives."""
    got, reader = _read(f"x: {written}\n")
    assert (value, type(value), []) == (got, type(got), reader.problems)


def test_other_keys_are_not_looked_at() -> None:
    """Tags, wrong values and repeated keys of another application are its own affair."""
    got, reader = _read("a: !secret b\nb: 2024-13-45\nc: {d: 1, d: 2}\ne: !env NOPE\nx: 1\n")
    assert (1, [], set()) == (got, reader.problems, reader.secrets)


def test_a_missing_key_is_not_there() -> None:
    """Only keys that are in the file are read."""
    assert Reader(Parser("f", "a: 1\n").parse(), Path()).read_top(["x"]) == {}


def test_the_top_level_may_merge_and_have_any_keys() -> None:
    """A key may come from a merged mapping, and the host's keys may be of any kind."""
    got, reader = _read("base: &base {x: 1}\n<<: *base\n<<: *base\n[a]: 1\n1: 2\n'1': 3\n")
    assert (got, reader.problems) == (1, [])


@pytest.mark.parametrize(
    ("text", "line", "column", "first"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, 1),
        ("{a: 1, a: 2}\n", 1, 8, 1),
        ("x:\n  - k: 1\n    k: 2\n", 3, 5, 2),
        ("x: {1: a, 0x1: b}\n", 1, 11, 1),
    ],
)
def test_a_key_that_stands_twice_is_pointed_at(
    text: str, line: int, column: int, first: int
) -> None:
    """The problem stands at the second key and names the line of the first."""
    _, reader = _read(text)
    assert _reported(reader) == [("HK011", line, column)]
    assert reader.problems[0].hint == f"it stands in line {first} already; keep one of them"


def test_the_first_of_two_equal_keys_counts() -> None:
    """The value under the repeated key is left aside."""
    assert _read("x: {k: 1, k: 2}")[0] == {"k": 1}


def test_merged_keys_are_not_duplicates() -> None:
    """Own keys win over merged ones, and earlier merged mappings over later ones."""
    got, reader = _read(
        "a: &a {k: 1, l: 1, m: 1}\nb: &b {l: 2, m: 2, n: 2}\nx: {<<: [*a, *b], k: 0}\n"
    )
    assert (got, reader.problems) == ({"k": 0, "l": 1, "m": 1, "n": 2}, [])


@pytest.mark.parametrize("written", ["1", "~", "[5]", "[{a: 1}, b]"])
def test_only_mappings_can_be_merged(written: str) -> None:
    """Something else behind `<<` is one problem."""
    _, reader = _read(f"x: {{<<: {written}}}\n")
    assert [problem.code for problem in reader.problems] == ["HK017"]
    assert reader.broken == {("x",)}


@pytest.mark.parametrize(
    ("written", "code", "column"),
    [
        ("!foo a", "HK012", 4),
        ("!foo [a]", "HK012", 4),
        ("!!set {a}", "HK012", 4),
        ("!!seq {a: b}", "HK012", 4),
        ("!!python/object:a.b {}", "HK012", 4),
        ("{!env a: b}", "HK012", 5),
        ("2024-13-45", "HK013", 4),
        ("!!int a", "HK013", 4),
        ("!!int ''", "HK013", 4),
        ("!!bool a", "HK013", 4),
        ("!!timestamp a", "HK013", 4),
        ("!!map a", "HK013", 4),
        ("9" * 5000, "HK013", 4),
        ("{2024-13-45: a}", "HK013", 5),
        ("&a [*a]", "HK014", 4),
        ("&a {b: *a}", "HK014", 4),
        ("&a {<<: *a}", "HK014", 4),
        ("{[a]: b}", "HK016", 5),
        ("{{a: b}: c}", "HK016", 5),
        ("!env ''", "HK050", 4),
        ("!env [a]", "HK050", 4),
        ("!env {name: HOSTKIT_MISSING}", "HK051", 4),
        ("!file {name: missing}", "HK052", 4),
        ("!file {name: a, defalt: b}", "HK021", 20),
        ("!env {default: 5}", "HK022", 4),
        ("!env {name: A, default: [b]}", "HK027", 28),
        ("!env {name: 5}", "HK020", 16),
        ("!env {name: !x a}", "HK012", 16),
        ("!env {name: A, secret: maybe}", "HK020", 27),
        ("&a !env {name: *a}", "HK014", 4),
        ("!env ${HOSTKIT_MISSING}", "HK051", 4),
        ("!env a$b", "HK055", 4),
        ("!env '${a b}'", "HK055", 4),
        ("!env HOSTKIT_MISSING", "HK051", 4),
        ("!file missing", "HK052", 4),
    ],
)
def test_each_wrong_value_is_pointed_at(
    written: str, code: str, column: int, tmp_path: Path
) -> None:
    """A value that cannot be read is one problem, at the value."""
    _, reader = _read(f"x: {written}\n", tmp_path)
    assert _reported(reader) == [(code, 1, column)]


def test_a_misspelt_tag_is_recognised() -> None:
    """The problem names the tag as it is written, and the one that was probably meant."""
    _, reader = _read("x: !Env HOME\n")
    problem = reader.problems[0]
    assert (problem.message, problem.hint) == ("unknown tag !Env", "did you mean '!env'?")


def test_a_tag_at_a_key_is_not_taken_for_a_misspelt_one() -> None:
    """Only values can stand in a variable."""
    _, reader = _read("x: {!env HOME : y}\n")
    problem = reader.problems[0]
    message = "!env stands at a key, and only values can stand elsewhere"
    assert (problem.message, problem.expected) == (message, "`key: !env NAME`")


def test_a_wrong_value_leaves_the_others_alone() -> None:
    """All problems are collected; what is broken is remembered by its path."""
    got, reader = _read("x: {a: !foo b, c: [1, !bar d], e: 1}\n")
    assert got == {"a": None, "c": [1, None], "e": 1}
    assert reader.broken == {("x", "a"), ("x", "c", 1)}


def test_a_wrong_value_is_reported_once_however_often_it_is_used() -> None:
    """Aliases of a wrong value do not repeat its problem."""
    _, reader = _read("a: &a {b: !foo c}\nx: [*a, *a, {<<: *a}]\n")
    assert _reported(reader) == [("HK012", 1, 11)]


def test_secrets_are_remembered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Values from elsewhere are read, and kept so that they can be redacted."""
    monkeypatch.setenv("HOSTKIT_TEST", "one")
    (tmp_path / "two").write_text("two\n")
    got, reader = _read("x: [!env HOSTKIT_TEST, !file two]", tmp_path)
    assert (got, reader.secrets, reader.problems) == (["one", "two"], {"one", "two"}, [])


def test_deep_values_are_refused_once() -> None:
    """A hundred levels are enough for everyone; deeper ones are one problem."""
    assert _read(f"x: {'[' * 99}1{']' * 99}\n")[1].problems == []
    _, reader = _read(f"x: {'[' * 100}[1],[2]{']' * 100}\n")
    assert _reported(reader) == [("HK010", 1, 104)]


def test_aliases_cannot_make_values_deep() -> None:
    """Depth counts as the value is used, not as it is written."""
    links = "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 5000))
    _, reader = _read(f"a0: &a0 [1]\n{links}x: *a4999\n")
    assert [problem.code for problem in reader.problems] == ["HK010"]


@pytest.mark.parametrize(
    ("first", "link"),
    [
        ("[1, 2]", "[{0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}]"),
        ("{k: 1}", "{{a: {0}, b: {0}, c: {0}, d: {0}, e: {0}, f: {0}}}"),
        ("{k: 1}", "{{<<: [{0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}]}}"),
    ],
)
def test_a_billion_laughs_end_at_once(first: str, link: str) -> None:
    """A few lines of aliases that stand for billions of values are refused without delay."""
    links = "".join(f"a{i}: &a{i} {link.format(f'*a{i - 1}')}\n" for i in range(1, 50))
    _, reader = _read(f"a0: &a0 {first}\n{links}x: *a49\n")
    assert [problem.code for problem in reader.problems] == ["HK015"]
    assert 100_000 < reader._repeats < 101_000


def test_honest_aliases_are_welcome() -> None:
    """A value used many times is read each time anew."""
    got, reader = _read(f"a: &a {{k: [1, 2]}}\nx: [{', '.join(['*a'] * 1000)}]\n")
    assert (got, reader.problems) == ([{"k": [1, 2]}] * 1000, [])
    assert got[0] is not got[1]

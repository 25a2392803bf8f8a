from __future__ import annotations

import textwrap
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

import attrs
import pytest

from hostkit.config import Examined, examine

from .conftest import ProblemsOf

_ABOVE = "modules:\n- module: a.B\n  config:\n"
_LINES, _COLUMNS = 3, 4
"""How far the key `x` is moved by what stands before it."""


@attrs.frozen
class Read:
    """What was read of the key `x` of a module's config.

    Attributes:
        value: Its value; `None` if something is wrong in it.
        examined: The file, and all that is wrong with it.
    """

    value: Any
    examined: Examined

    @property
    def codes(self) -> list[str]:
        """What is wrong."""
        return [problem.code for problem in self.examined.problems]

    @property
    def reported(self) -> list[tuple[str, int, int]]:
        """What is wrong, and where, counted from the key `x`."""
        return [
            (problem.code, problem.place.line - _LINES, problem.place.column - _COLUMNS)
            for problem in self.examined.problems
            if problem.place is not None
        ]


class Reading(Protocol):
    def __call__(self, x: str, before: str = "") -> Read: ...


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    """Read the key `x` of a module's config, below other keys of the file."""

    def read(x: str, before: str = "") -> Read:
        path = tmp_path / "host.yaml"
        path.write_text(f"{before}{_ABOVE}{textwrap.indent(x, ' ' * _COLUMNS)}\n", "utf-8")
        examined = examine(path)
        config = examined.file.modules[0].config if examined.file.modules else {}
        return Read(config.get("x"), examined)

    return read


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
def test_values_are_read_as_yaml_means_them(read: Reading, written: str, value: Any) -> None:
    """Plain YAML gives the values PyYAML gives."""
    got = read(f"x: {written}")
    assert (got.value, type(got.value), got.codes) == (value, type(value), [])


def test_other_keys_are_not_looked_at(read: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tags, wrong values and repeated keys of another application are its own affair."""
    monkeypatch.setenv("HOSTKIT_TEST", "a secret")
    others = "a: !secret b\nb: 2024-13-45\nc: {d: 1, d: 2}\ne: !env NOPE\nf: !env HOSTKIT_TEST\n"
    got = read("x: 1", others)
    assert (got.value, got.codes) == (1, [])
    assert got.examined.file.redact("a secret") == "a secret"


def test_a_missing_key_is_not_there(tmp_path: Path) -> None:
    """Only keys that are in the file are read."""
    path = tmp_path / "host.yaml"
    path.write_text("a: 1\n")
    file = examine(path).accept()
    assert (file.says_nothing, file.modules) == (True, ())


def test_the_top_level_may_merge_and_have_any_keys(tmp_path: Path) -> None:
    """A key may come from a merged mapping, and the host's keys may be of any kind."""
    path = tmp_path / "host.yaml"
    base = "base: &base {modules: [{module: a.B}]}\n"
    path.write_text(f"{base}<<: *base\n<<: *base\n[a]: 1\n1: 2\n'1': 3\n")
    assert [entry.name for entry in examine(path).accept().modules] == ["a.B"]


@pytest.mark.parametrize(
    ("text", "line", "column", "first"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, 1),
        ("{a: 1, a: 2}\n", 1, 8, 1),
        ("modules:\n  - module: a.B\n    module: c.D\n", 3, 5, 2),
        ("modules: [{module: a.B, config: {1: a, 0x1: b}}]\n", 1, 40, 1),
    ],
)
def test_a_key_that_stands_twice_is_pointed_at(
    problems_of: ProblemsOf, text: str, line: int, column: int, first: int
) -> None:
    """The problem stands at the second key and names the line of the first."""
    (problem,) = problems_of(text)
    assert problem.place is not None
    assert (problem.code, problem.place.line, problem.place.column) == ("HK011", line, column)
    assert problem.hint == f"it stands in line {first} already; keep one of them"


def test_the_first_of_two_equal_keys_counts(read: Reading) -> None:
    """The value under the repeated key is left aside."""
    assert read("x: {k: 1, k: 2}").value == {"k": 1}


def test_merged_keys_are_not_duplicates(read: Reading) -> None:
    """Own keys win over merged ones, and earlier merged mappings over later ones."""
    merged = "a: &a {k: 1, l: 1, m: 1}\nb: &b {l: 2, m: 2, n: 2}\n"
    got = read("x: {<<: [*a, *b], k: 0}", merged)
    assert (got.value, got.codes) == ({"k": 0, "l": 1, "m": 1, "n": 2}, [])


@pytest.mark.parametrize("written", ["1", "~", "[5]", "[{a: 1}, b]"])
def test_only_mappings_can_be_merged(read: Reading, written: str) -> None:
    """Something else behind `<<` is one problem."""
    (problem,) = read(f"x: {{<<: {written}}}").examined.problems
    assert (problem.code, problem.path) == ("HK017", ("modules", 0, "config", "x"))


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
    read: Reading, written: str, code: str, column: int
) -> None:
    """A value that cannot be read is one problem, at the value."""
    assert read(f"x: {written}").reported == [(code, 1, column)]


def test_a_misspelt_tag_is_recognised(read: Reading) -> None:
    """The problem names the tag as it is written, and the one that was probably meant."""
    (problem,) = read("x: !Env HOME").examined.problems
    assert (problem.message, problem.hint) == ("unknown tag !Env", "did you mean '!env'?")


def test_a_tag_at_a_key_is_not_taken_for_a_misspelt_one(read: Reading) -> None:
    """Only values can stand in a variable."""
    (problem,) = read("x: {!env HOME : y}").examined.problems
    message = "!env stands at a key, and only values can stand elsewhere"
    assert (problem.message, problem.expected) == (message, "`key: !env NAME`")


def test_a_wrong_value_leaves_the_others_alone(read: Reading) -> None:
    """All problems are collected, each with its path; nothing else is said about what is broken."""
    problems = read("x: {a: !foo b, c: [1, !bar d], e: 1}").examined.problems
    assert [(problem.code, problem.path[3:]) for problem in problems] == [
        ("HK012", ("x", "a")),
        ("HK012", ("x", "c", 1)),
    ]


def test_a_wrong_value_is_reported_once_however_often_it_is_used(read: Reading) -> None:
    """Aliases of a wrong value do not repeat its problem."""
    (problem,) = read("x: [*a, *a, {<<: *a}]", "a: &a {b: !foo c}\n").examined.problems
    assert problem.place is not None
    assert (problem.code, problem.place.line, problem.place.column) == ("HK012", 1, 11)


def test_secrets_are_remembered(
    read: Reading, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Values from elsewhere are read, and kept so that they can be redacted."""
    monkeypatch.setenv("HOSTKIT_TEST", "hunter2-one")
    (tmp_path / "two").write_text("hunter2-two\n")
    got = read("x: [!env HOSTKIT_TEST, !file two]")
    assert (got.value, got.codes) == (["hunter2-one", "hunter2-two"], [])
    shown = got.examined.file.redact("hunter2-one and hunter2-two")
    assert shown == "[redacted] and [redacted]"


def test_deep_values_are_refused_once(read: Reading) -> None:
    """A hundred levels are enough for everyone; deeper ones are one problem."""
    most = 100 - len(("modules", 0, "config"))
    assert read(f"x: {'[' * (most - 1)}1{']' * (most - 1)}").codes == []
    got = read(f"x: {'[' * most}[1],[2]{']' * most}")
    assert got.reported == [("HK010", 1, most + 4)]


def test_aliases_cannot_make_values_deep(read: Reading) -> None:
    """Depth counts as the value is used, not as it is written."""
    links = "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 5000))
    assert read("x: *a4999", f"a0: &a0 [1]\n{links}").codes == ["HK010"]


@pytest.mark.parametrize(
    ("first", "link"),
    [
        ("[1, 2]", "[{0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}]"),
        ("{k: 1}", "{{a: {0}, b: {0}, c: {0}, d: {0}, e: {0}, f: {0}}}"),
        ("{k: 1}", "{{<<: [{0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}]}}"),
    ],
)
def test_a_billion_laughs_end_at_once(read: Reading, first: str, link: str) -> None:
    """A few lines of aliases that stand for billions of values are refused without delay."""
    links = "".join(f"a{i}: &a{i} {link.format(f'*a{i - 1}')}\n" for i in range(1, 50))
    assert read("x: *a49", f"a0: &a0 {first}\n{links}").codes == ["HK015"]


@pytest.mark.parametrize(("count", "codes"), [(50_000, []), (50_001, ["HK015"])])
def test_aliases_may_repeat_so_many_values(read: Reading, count: int, codes: list[str]) -> None:
    """A hundred thousand: here each alias but the first repeats a list and what is in it."""
    aliases = ", ".join(["*a"] * (count + 1))
    assert read(f"x: [{aliases}]", "a: &a [1]\n").codes == codes


def test_honest_aliases_are_welcome(read: Reading) -> None:
    """A value used many times is read each time anew."""
    got = read(f"x: [{', '.join(['*a'] * 1000)}]", "a: &a {k: [1, 2]}\n")
    assert (got.value, got.codes) == ([{"k": [1, 2]}] * 1000, [])
    assert got.value[0] is not got.value[1]

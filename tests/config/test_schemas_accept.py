"""Property: what hostkit accepts fits the schema, whichever version of YAML an editor reads."""

from __future__ import annotations

import itertools
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hostkit.codes import Code
from hostkit.config import StructureErrors, examine, structure, structuring_for
from hostkit.errors import ConfigErrors
from hostkit.host import build_from_file
from tests.config import schema_modules
from tests.config.editors import Newer
from tests.config.schema_checks import CLASSES, HERE, entry, errors_of

FIELDS = sorted(
    field.name for field in attrs.fields(schema_modules.Everything.Config) if field.init
)
SCALARS = """\
5 | -3 | 0 | 1_000 | 0x1F | 0o17 | 0b11 | 010 | 1e3 | 1.5 | -.5 | 1_0.5 | .inf | .nan | '5'
'1.5' | yes | on | n | true | False | 'yes' | null | ~ | '' | abc | '1e3' | a | red | 2 | 5s
200ms | '1.5m' | 5 s | 64K | 10M | 08:30 | 22:30 | 22:30:15 | 25:00 | '08:30' | 2026-01-31
'2026-01-31' | 2026-01-31 12:00:00 | '2026-W05-6' | 192.0.2.1 | 192.0.2.0/24 | 300.0.0.1
2001:db8::1 | 1:2:3:4:5:6:7:8 | 123e4567-e89b-12d3-a456-426614174000
12345678123456781234567812345678 | !!binary aGk= | !env HOSTKIT_NUMBER | !env HOSTKIT_WORD
!env '${HOSTKIT_NUMBER:-7}s' | !env {name: HOSTKIT_NUMBER, default: 5}
!env {name: HOSTKIT_ABSENT, default: 1h} | !file ./number | ^/docs/ | '(' | [] | {} | [1, 2]
[a, 'b'] | [1, a] | {a: 1} | {a: b} | [yes, false] | [1, 1] | [[1]] | {folder: x}
{kind: server, url: u} | {kind: disk, folder: !env HOSTKIT_WORD} | {kind: tape} | {url: u}
{folder: x, nonsense: 1} | {1: 2} | 0.10 | '0.10' | '1970-13-01' | 512 | '+7'"""
SNIPPETS = [each for line in SCALARS.splitlines() for each in line.split(" | ")]

NUMBERS_TO_ONE = ("1e3", "0o17", "-.5")
"""Strings to YAML 1.1, and numbers to 1.2: the one thing that an editor marks and hostkit takes."""

REASONS = {
    Code.WRONG_TYPE: "a value in quotes; 5.0 for a whole number; lists in a set; keys of numbers",
    Code.AMBIGUOUS: "it means one thing in YAML 1.1 and another in YAML 1.2",
    Code.BAD_FORM: "an address out of its range, a broken pattern, the 31st of February",
    Code.NOT_A_CHOICE: "a value in quotes, or from elsewhere, that is none of the choices",
    Code.NOT_A_DURATION: "what stands elsewhere",
    Code.NOT_A_SIZE: "what stands elsewhere",
}
"""What only hostkit refuses of the values of fields."""

REASONS_OF_FILES = {Code.NOT_ALLOWED: "a number that a setting's validator refuses"}
"""What else only hostkit refuses of whole files."""


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTKIT_NUMBER", "5")
    monkeypatch.setenv("HOSTKIT_WORD", "word")


def faults_of(path: Path, text: str) -> set[str]:
    """List the codes of what hostkit finds wrong with one module's config."""
    path.write_text(text)
    examined = examine(path)
    assert examined.problems == ()
    file = examined.file
    module = CLASSES[file.modules[0].module]
    written = file.written(file.modules[0].config, ("modules", 0, "config"))
    try:
        with structuring_for(module, file.folder):
            structure(written.value, module.Config)  # type: ignore[attr-defined]
    except StructureErrors as errors:
        return {fault.code for fault in errors.faults}
    return set()


def is_number_to_one(field: str, snippet: str) -> bool:
    """Whether a value is a string to YAML 1.1 and to hostkit, and a number to YAML 1.2."""
    return field in {"text", "path", "pattern", "mixed", "label"} and snippet in NUMBERS_TO_ONE


def test_each_value_in_each_field(tmp_path: Path) -> None:
    """What hostkit accepts the schema accepts; what only hostkit refuses has one of the reasons."""
    (tmp_path / "number").write_text("5")
    only_hostkit: set[str] = set()
    for field, snippet in itertools.product(FIELDS, SNIPPETS):
        text = entry("Everything", f"{{{field}: {snippet}}}")
        codes = faults_of(tmp_path / "host.yaml", text)
        if codes:
            if not errors_of(text):
                only_hostkit |= codes
            continue
        assert errors_of(text) == [], text
        if not is_number_to_one(field, snippet):
            assert errors_of(text, Newer) == [], text
    assert only_hostkit == set(REASONS)


FITTING = {
    "text": "abc",
    "count": "5",
    "ratio": "1.5",
    "flag": "true",
    "wait": "2s",
    "size": "64K",
    "colour": "red",
    "path": "/docs/",
    "numbers": "[1, 2]",
    "mixed": "5",
    "day": "2026-01-31",
}
"""A value that is right for some of the fields, so that more than a few of the files are."""

CONFIGS = st.one_of(
    st.sets(st.sampled_from(sorted(FITTING))).map(
        lambda fields: {field: FITTING[field] for field in sorted(fields)}
    ),
    st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(SNIPPETS), max_size=4),
)
OTHERS = {
    "name": ["a", "'b c'", "null", "5", "!env HOSTKIT_WORD"],
    "enabled": ["true", "no", "on", "maybe", "'no'"],
    "mode": ["enforce", "shadow", "of"],
    "on_error": ["deny", "{timeout: fail}", "{other: fail}", "{}", "5"],
    "timeout": ["2s", "0s", "5", "null", "!env '${HOSTKIT_NUMBER}s'"],
    "nonsense": ["1"],
}
SETTINGS = {
    "listeners": ["[]", "[{endpoint: 'tcp:0', serve: [modules]}]", "[{endpoint: x, limits: {}}]"],
    "redis": ["{url: 'redis://127.0.0.1'}", "null", "{}"],
    "database": ["sqlite:///x.db", "''", "5"],
    "database_timeout": ["1s", "0s"],
    "receipts": ["1_000", "0", "x", "0x10"],
    "drain": ["0s", "5", "1m"],
    "timing": ["exact", "often"],
    "path": ["[]", "x"],
    "lame_duck": ["1.5s"],
    "nonsense": ["1"],
}
ENTRIES = st.fixed_dictionaries(
    {},
    optional={key: st.sampled_from(values) for key, values in OTHERS.items() if key != "nonsense"}
    | {"nonsense": st.sampled_from(OTHERS["nonsense"])},
)
KNOWN = ("Required", "Typed", "Named", "Mapped", "Model", "OpenModel", "Struct", "Parsed", "Raw")
KNOWN_CONFIGS = ("{}", "null", "{banned: [a]}", "{name: a, age: 5}", "{a: 1}", "{count: 3, x: 1}")


@st.composite
def files(draw: st.DrawFn) -> str:
    """Write config files, of which many are right."""
    lines = ["modules:"]
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            pairs = ", ".join(f"{key}: {value}" for key, value in draw(CONFIGS).items())
            lines += [f"- module: {HERE}.Everything", f"  config: {{{pairs}}}"]
        else:
            lines += [f"- module: {HERE}.{draw(st.sampled_from(KNOWN))}"]
            lines += [f"  config: {draw(st.sampled_from(KNOWN_CONFIGS))}"]
        if draw(st.integers(0, 2)) == 0:
            lines += [f"  {key}: {value}" for key, value in draw(ENTRIES).items()]
    lines += ["hostkit:", "  categories: []"]
    if draw(st.booleans()):
        key = draw(st.sampled_from(sorted(SETTINGS)))
        lines.append(f"  {key}: {draw(st.sampled_from(SETTINGS[key]))}")
    return "\n".join(lines) + "\n"


def _codes_of(path: Path, text: str) -> set[str]:
    path.write_text(text)
    try:
        build_from_file(path)
    except ConfigErrors as errors:
        return {problem.code for problem in errors.problems}
    return set()


def _check(text: str, tmp_path: Path) -> None:
    (tmp_path / "number").write_text("5")
    codes = _codes_of(tmp_path / "host.yaml", text)
    if codes:
        assert errors_of(text) != [] or codes <= set(REASONS) | set(REASONS_OF_FILES)
    else:
        assert errors_of(text) == []
        if not any(snippet in text for snippet in NUMBERS_TO_ONE):
            assert errors_of(text, Newer) == []


_SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@given(files())
@settings(max_examples=100, deadline=None, suppress_health_check=_SHARED)
def test_what_is_accepted_fits_the_schema(tmp_path: Path, text: str) -> None:
    """Whole files, whichever version of YAML the editor reads."""
    _check(text, tmp_path)


@pytest.mark.hardening
@given(files())
@settings(max_examples=2000, deadline=None, suppress_health_check=_SHARED)
def test_what_is_accepted_fits_the_schema_in_many_files(tmp_path: Path, text: str) -> None:
    """The same with many more files."""
    _check(text, tmp_path)

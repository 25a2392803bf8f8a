from __future__ import annotations

import contextlib

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hostkit.config import HostFile, load
from hostkit.errors import ConfigErrors, Place

from .conftest import FULL, Write


def _assert_inside(place: Place | None, text: str) -> None:
    assert place is not None
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    assert 1 <= place.line <= len(lines)
    assert 1 <= place.column <= max(1, len(lines[place.line - 1]))


def _check(text: str, write: Write) -> HostFile | None:
    """Load a text; every problem it has must lie inside it."""
    data = text.encode("utf-8", "surrogatepass")
    try:
        return load(write(data))
    except ConfigErrors as errors:
        shown = data.decode(errors="replace").removeprefix("\ufeff")
        for problem in errors.problems:
            _assert_inside(problem.place, shown)
            assert problem.render()
        return None


_FUZZ = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_SNIPPETS = st.sampled_from(
    [
        *"\t\n\r\0\ufeff\u2028\x85\ud800&*!<>|%@`'\"[]{}:,-?#~= ",
        *["- ", ": ", "? ", "&a ", "*a ", "<<: ", "\n  ", "---\n", "...\n", "%YAML 1.1\n"],
        *["!!int ", "!env ", "!file ", "!x ", '"\\ud800"', "0x" + "f" * 5000, "2024-13-45"],
    ]
)
_EDITS = st.lists(
    st.tuples(
        st.integers(0, len(FULL)), st.integers(0, 30), st.one_of(_SNIPPETS, st.text(max_size=3))
    ),
    min_size=1,
    max_size=4,
)


@_FUZZ
@given(_EDITS)
@example([(0, 0, "\ufeff")])
def test_a_file_with_other_characters_is_read_or_refused(
    write: Write, edits: list[tuple[int, int, str]]
) -> None:
    """However a valid file is mangled, there are problems inside it, or none."""
    text = FULL
    for at, removed, added in edits:
        text = text[:at] + added + text[at + removed :]
    _check(text, write)


@_FUZZ
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=6))
def test_a_file_with_other_lines_is_read_or_refused(
    write: Write, moves: list[tuple[int, int]]
) -> None:
    """Lines may be lost, repeated or swapped: there are problems inside the file, or none."""
    lines = FULL.splitlines(keepends=True)
    for source, target in moves:
        line = lines.pop(source) if source < len(lines) else lines[0]
        lines.insert(target, line)
    _check("".join(lines), write)


@_FUZZ
@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(write: Write, data: bytes) -> None:
    """No content whatever leads to any other exception."""
    name = write(b"modules:\n- " + data)
    with contextlib.suppress(ConfigErrors):
        assert len(load(name).modules) == 1

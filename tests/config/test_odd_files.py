"""What is named as a config file or as a secret may be anything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hostkit.config import load
from hostkit.errors import ConfigErrors

from .conftest import ProblemsOf


def _make(kind: str, path: Path) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "long":
        with path.open("wb") as file:
            file.truncate(3 * 1024**3)
    else:
        path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("pipe", "it is a pipe, not a file"),
        ("folder", "Is a directory"),
        ("long", "it is longer than 1048576 bytes"),
        ("endless", "it is a device, not a file"),
    ],
)
def test_a_secret_is_a_short_file(
    kind: str, why: str, tmp_path: Path, problems_of: ProblemsOf
) -> None:
    """Whatever else `!file` names is refused at once, with the place in the config file."""
    _make(kind, tmp_path / "secret")
    text = "modules:\n- module: a.B\n  config: {key: !file secret}\n"
    (problem,) = problems_of(text)
    assert problem.code == "HK052"
    assert problem.message == f"{str(tmp_path / 'secret')!r} cannot be read: {why}"
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (3, 17)


@pytest.mark.parametrize(
    ("kind", "code", "why"),
    [
        ("pipe", "HK003", "it is a pipe, not a file"),
        ("folder", "HK002", "is a folder"),
        ("long", "HK003", "it is longer than 16777216 bytes"),
        ("endless", "HK003", "it is a device, not a file"),
    ],
)
def test_a_config_file_is_a_file_of_some_megabytes(
    kind: str, code: str, why: str, tmp_path: Path
) -> None:
    """Whatever else is named is refused at once."""
    path = tmp_path / "host.yaml"
    _make(kind, path)
    with pytest.raises(ConfigErrors, match=why) as raised:
        load(path)
    assert [problem.code for problem in raised.value.problems] == [code]


def test_a_config_file_may_be_given_open() -> None:
    """A shell gives `<(command)` as the path of a pipe that is open already."""
    reading, writing = os.pipe()
    os.write(writing, b"modules: []\n")
    os.close(writing)
    try:
        assert load(f"/dev/fd/{reading}").modules == ()
    finally:
        os.close(reading)

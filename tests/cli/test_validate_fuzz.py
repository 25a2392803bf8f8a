"""`hostkit validate` with files that were mutated at random."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest
from click.testing import CliRunner

from hostkit.cli import main
from tests.cli.documents import read
from tests.cli.goldens import scene
from tests.cli.mutations import mutate
from tests.cli.servers import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

MORE: Final = """\
defaults: &defaults
  module: blog.Words
  timeout: 2s
  on_error: {timeout: deny, error: continue}
modules:
  - <<: *defaults
    name: words
    config: {banned: [!env {name: WORD, default: casino}, "poker"], page: /a}
  - {<<: *defaults, name: more, mode: shadow, config: {page: /b}}
  - module: blog.Namer
    optional: true
hostkit:
  categories: [blog.Comments, blog.Titles]
  listeners:
    - endpoint: "tcp:8080:interface=127.0.0.1"
      serve: [modules, hooks, health]
      token: !file ./token
      limits: {body: 10M}
  redis: {url: "redis://127.0.0.1:6379/0"}
  require: [comments.check_comment]
  receipts: 100
  drain: 1m
server_name: example.com
"""
DEPTHS: Final = ((), ("--static",), ("--no-build",))
LIMIT_SECONDS: Final = 5


def check(numbers: range) -> None:
    """Validate as many files; the number of one is what its mutations depend on."""
    with scene() as folder:
        files = [path.read_bytes() for path in sorted(folder.glob("*.yaml"))]
        files += [path.read_bytes() for path in sorted(ROOT.glob("examples/*/*.yaml"))]
        files.append(MORE.encode())
        for number in numbers:
            data = mutate(Random(number), files)
            try:
                validate(data, DEPTHS[number % len(DEPTHS)])
            except BaseException as error:
                error.add_note(f"in file {number}, which is {data!r}")
                raise


def validate(data: bytes, options: tuple[str, ...]) -> None:
    """Validate a file, and check what comes of it."""
    Path("mutated.yaml").write_bytes(data)
    begin = time.thread_time()
    result = CliRunner().invoke(
        main, ["validate", "--format", "json", *options, "mutated.yaml"], catch_exceptions=False
    )
    assert time.thread_time() - begin < LIMIT_SECONDS
    assert result.exit_code in {0, 1, 2}
    assert "Traceback" not in result.stderr
    (file,) = read(result.stdout, "validate")["files"]
    assert bool(file["problems"]) == (result.exit_code != 0)
    text = data.decode("utf-8", "replace").removeprefix("\ufeff").removesuffix("\n")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    for problem in problems_of(file):
        if problem["line"] is not None:
            assert 1 <= problem["line"] <= len(lines), problem
            assert 1 <= problem["column"] <= max(1, len(lines[problem["line"] - 1])), problem


def problems_of(file: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all that is said about places in a file."""
    for kind in ("problems", "warnings", "absent"):
        yield from file[kind]


def test_mutated_files_are_validated() -> None:
    """No traceback, no endless loop, a known exit code, and every place is in the file."""
    check(range(300))


@pytest.mark.hardening
def test_many_mutated_files_are_validated() -> None:
    """The same with many more of them."""
    check(range(300, 20_300))


LONG: Final = "x" * 5000


@pytest.mark.parametrize("options", [*DEPTHS, ("--without-secrets",)])
@pytest.mark.parametrize(
    "text",
    [
        f"modules: [{{module: {LONG}.Words}}]",
        f"modules: []\nhostkit: {{pid_file: {LONG}}}",
        f"modules: []\nhostkit: {{pid_file: {LONG}/server.pid}}",
        f"modules: []\nhostkit: {{path: [{LONG}]}}",
        f"modules: []\nhostkit: {{redis: {{url: !file {LONG}}}}}",
        f"modules: []\nhostkit: {{listeners: [{{endpoint: 'unix:{LONG}', serve: [hooks]}}]}}",
        f"modules: []\nhostkit: {{listeners: [{{endpoint: 'ssl:80:privateKey={LONG}'}}]}}",
    ],
)
def test_no_file_can_have_a_long_name(text: str, options: tuple[str, ...]) -> None:
    """The system refuses to look for it, and that is no error of the program."""
    with scene():
        validate(text.encode(), options)


@pytest.mark.parametrize("key", ["2026-01-31", "1.5", "yes", "~", "!!binary aGk="])
def test_keys_may_be_anything(key: str) -> None:
    """Although JSON has no dates and no bytes, the place of such a key can be written."""
    with scene():
        validate(f"modules: []\nhostkit:\n  {key}: 5\n".encode(), ("--static",))

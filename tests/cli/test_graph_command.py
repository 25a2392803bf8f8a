"""`hostkit graph`: the chains of a file, as text that other programs draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from hostkit.cli import main
from tests.cli.conftest import HEAD, Write, run

if TYPE_CHECKING:
    from pathlib import Path

FILE = f"""{HEAD}
modules:
  - module: tests.cli.modules.Words
    name: words
    config: {{path: /words}}
  - module: tests.cli.modules.Words
    name: 'a "second" one'
    mode: shadow
"""


def test_names_are_written_as_each_language_wants_it(write: Write) -> None:
    """Those of modules may have quotes; hooks without modules are there only if asked for."""
    file = write(FILE)
    assert '"a #34;second#34; one"' in run("graph", file).stdout
    assert r'label="a \"second\" one"' in run("graph", file, "--format", "dot").stdout
    assert "on_comment_posted" in run("graph", file, "--all", "--format", "dot").stdout


def test_a_keyed_callback_is_named_with_its_key(write: Write) -> None:
    """Which of the modules is asked depends on it."""
    file = write(
        "hostkit: {categories: [tests.cli.modules.Doors]}\n"
        "modules: [{module: tests.cli.modules.Porter, name: porter}]"
    )
    assert 'r0m1["porter (front)"]' in run("graph", file).stdout


@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        ('#!/bin/sh\nread line\necho "<svg>$1 $line</svg>"\n', 0, "<svg>-Tsvg digraph hostkit {"),
        ("#!/bin/sh\necho syntax error in line 1 >&2\nexit 1\n", 1, "syntax error in line 1"),
        ("no script", 1, "Graphviz could not draw this: [Errno 8] Exec format error"),
        (None, 1, "Graphviz is not installed"),
    ],
)
def test_graphviz_draws_the_picture(
    write: Write, tmp_path: Path, script: str | None, code: int, said: str
) -> None:
    """What it writes is passed on; that it is missing, or what it complains about, is said."""
    if script is not None:
        (tmp_path / "dot").write_text(script)
        (tmp_path / "dot").chmod(0o755)
    runner = CliRunner(env={"PATH": str(tmp_path)})
    result = runner.invoke(main, ["graph", write(FILE), "--format", "svg"])
    assert result.exit_code == code
    assert said in result.output

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


def test_the_text_for_mermaid(write: Write) -> None:
    """A row for each hook and path, with its modules in order; the groups from the bottom up."""
    result = run("graph", write(FILE))
    assert (result.exit_code, result.stdout) == (
        0,
        """\
flowchart LR
  subgraph "paths"
    direction LR
    r1(["/words"]) --> r1m1["words"]
  end
  subgraph "comments"
    direction LR
    r0(["check_comment<br/><i>FirstDenial</i>"]) --> r0m1["words"] --> \
r0m2["a #34;second#34; one"]:::shadow
  end
  classDef shadow stroke-dasharray: 4 4
""",
    )


def test_the_text_for_graphviz(write: Write) -> None:
    """The same picture in the language of Graphviz."""
    result = run("graph", write(FILE), "--format", "dot")
    assert (result.exit_code, result.stdout) == (
        0,
        r"""digraph hostkit {
  rankdir=LR
  graph [fontname="Helvetica"]
  node [shape=box, fontname="Helvetica"]
  subgraph cluster_0 { label="paths"
    r1 [shape=oval, label="/words"]
    r1m1 [label="words"]
    r1 -> r1m1
  }
  subgraph cluster_1 { label="comments"
    r0 [shape=oval, label="check_comment\nFirstDenial"]
    r0m1 [label="words"]
    r0m2 [label="a \"second\" one", style=dashed]
    r0 -> r0m1 -> r0m2
  }
}
""",
    )


def test_hooks_without_modules_are_shown_if_asked_for(write: Write) -> None:
    """They are left out by default, as a host may have dozens of them."""
    shown = [run("graph", write(FILE), *options).stdout for options in ((), ("--all",))]
    assert ["on_comment_posted" in each for each in shown] == [False, True]
    assert "on_comment_posted" in run("graph", write(FILE), "--all", "--format", "dot").stdout


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

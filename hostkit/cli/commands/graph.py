"""`hostkit graph`: the chains of a file as a picture."""

from __future__ import annotations

import shutil
import subprocess
from itertools import count, groupby
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from hostkit.cli._options import FILE, build, path_option, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hostkit.dispatch import Callback, Chain, KeyedChain
    from hostkit.host import Host

_CODES: Final = """
\b
Examples:
  hostkit graph host.yaml                           for a block ```mermaid
  hostkit graph host.yaml --format svg > host.svg   needs Graphviz

\b
Exit codes:
  0  the picture is written
  1  there are problems with the file or its modules, or with Graphviz
  2  the file cannot be read, or the command line is wrong
"""
_LIMIT_SECONDS: Final = 60


@click.command("graph", epilog=_CODES)
@FILE
@path_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["mermaid", "dot", "svg"]),
    default="mermaid",
    help="What is written: text for Mermaid (the default) or Graphviz, or what Graphviz makes of "
    "that.",
)
@click.option("--all", "shows_all", is_flag=True, help="Show the hooks without modules, too.")
def command(file: str, *, form: str, shows_all: bool) -> None:
    """Draw which modules each hook asks, in order.

    The paths that modules serve are drawn as well. A module in shadow mode is asked, but its
    answers do not count: its box is dashed.
    """
    host = build(file)
    rows = list(_rows(host, shows_all=shows_all))
    if form == "mermaid":
        say(host, _mermaid(rows))
        return
    text = host.receipts.redact("\n".join(_dot(rows)) + "\n")
    click.echo(text if form == "dot" else _draw(text), nl=False)


class _Row(NamedTuple):
    """A line of boxes: a hook or a path, and the modules behind it.

    Attributes:
        group: What it stands in: a category, or the paths.
        title: The hook or the path.
        subtitle: What is said about it.
        steps: The modules' names, each with whether it is in shadow mode.
    """

    group: str
    title: str
    subtitle: str
    steps: list[tuple[str, bool]]


def _rows(host: Host, *, shows_all: bool) -> Iterator[_Row]:
    for category in host.categories:
        for spec in category.hookspecs.values():
            steps = _steps(host.chains[spec.full_name])
            if steps or shows_all:
                yield _Row(category.name, spec.name, type(spec.rule).__name__, steps)
    for path, (module, _) in host.mounts.items():
        yield _Row("paths", path, "", [(module.name, False)])


def _steps(chain: Chain | KeyedChain) -> list[tuple[str, bool]]:
    return [(_name(callback), callback.shadow) for callback in chain.callbacks]


def _name(callback: Callback) -> str:
    return callback.module if callback.key is None else f"{callback.module} ({callback.key})"


def _mermaid(rows: list[_Row]) -> Iterator[str]:
    yield "flowchart LR"
    yield from _grouped(rows, _mermaid_row, _mermaid_group, "  end")
    yield "  classDef shadow stroke-dasharray: 4 4"


def _mermaid_group(group: str) -> str:
    return f'  subgraph "{_entities(group)}"\n    direction LR'


def _mermaid_row(number: int, row: _Row) -> Iterator[str]:
    subtitle = f"<br/><i>{row.subtitle}</i>" if row.subtitle else ""
    boxes = [f'r{number}(["{_entities(row.title)}{subtitle}"])']
    for place, (name, shadow) in enumerate(row.steps, 1):
        boxes.append(f'r{number}m{place}["{_entities(name)}"]{":::shadow" if shadow else ""}')
    yield f"    {' --> '.join(boxes)}"


def _entities(text: str) -> str:
    """Escape what means something to Mermaid."""
    return "".join(
        each if each.isalnum() or each in " _./-()" else f"#{ord(each)};" for each in text
    )


def _dot(rows: list[_Row]) -> Iterator[str]:
    yield "digraph hostkit {"
    yield "  rankdir=LR"
    yield '  graph [fontname="Helvetica"]'
    yield '  node [shape=box, fontname="Helvetica"]'
    number = count()

    def begin(group: str) -> str:
        return f"  subgraph cluster_{next(number)} {{ label={_quoted(group)}"

    yield from _grouped(rows, _dot_row, begin, "  }")
    yield "}"


def _dot_row(number: int, row: _Row) -> Iterator[str]:
    label = f"{row.title}\n{row.subtitle}" if row.subtitle else row.title
    yield f"    r{number} [shape=oval, label={_quoted(label)}]"
    names = [f"r{number}"]
    for place, (name, shadow) in enumerate(row.steps, 1):
        names.append(f"r{number}m{place}")
        yield f"    {names[-1]} [label={_quoted(name)}{', style=dashed' if shadow else ''}]"
    if row.steps:
        yield f"    {' -> '.join(names)}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _grouped(
    rows: list[_Row],
    write: Callable[[int, _Row], Iterator[str]],
    begin: Callable[[str], str],
    end: str,
) -> Iterator[str]:
    """Yield the lines of all rows, with a frame around those of a group, which stand together."""
    groups = groupby(enumerate(rows), key=lambda numbered: numbered[1].group)
    # Both programs draw what has no connection from the bottom up.
    for group, members in reversed([(group, list(members)) for group, members in groups]):
        yield from begin(group).splitlines()
        for number, row in members:
            yield from write(number, row)
        yield end


def _draw(text: str) -> str:
    program = shutil.which("dot")
    if program is None:
        raise click.ClickException(
            "Graphviz is not installed, which draws pictures: install it, or write --format mermaid"
        )
    try:
        drawn = subprocess.run(  # noqa: S603 -- Graphviz, as it is installed
            [program, "-Tsvg"],
            input=text,
            capture_output=True,
            text=True,
            check=True,
            timeout=_LIMIT_SECONDS,
            encoding="utf-8",
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip()
        raise click.ClickException(f"Graphviz could not draw this: {said}") from None
    return drawn.stdout

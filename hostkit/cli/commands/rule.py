"""`hostkit rule`: what the code of a problem means."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import CompletionItem

from hostkit.cli._options import write_document
from hostkit.codes import Code
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CODES: Final = """
\b
Examples:
  hostkit rule              all codes, with their titles
  hostkit rule HK204        one of them: what it means, an example, what to do
  hostkit rule 204 hk404    more than one

\b
Exit codes:
  0  the codes are explained
  2  there is no such code, or the command line is wrong
"""
# The page of the documentation itself, to which a link stands in this package.
_PAGE: Final = files("hostkit.cli") / "problems.md"
_SECTION: Final = re.compile(r"^## (HK[0-9]{3}): .+\n((?:(?!## HK).*\n?)*)", re.MULTILINE)
_LINK: Final = re.compile(
    r"\[(?P<text>[^\]]*)\]\((?:[./]*(?P<page>\w+)\.md)?(?:#(?P<target>[\w-]+))?\)"
)
_FENCE: Final = "```"


def _complete(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    begun = incomplete.upper()
    return [CompletionItem(code, help=code.summary) for code in Code if code.startswith(begun)]


@click.command("rule", epilog=_CODES)
@click.argument("codes", metavar="[CODE]...", nargs=-1, shell_complete=_complete)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="As JSON, an object with a list of codes, each with its title and its text (in Markdown).",
)
def command(codes: Sequence[str], form: str) -> None:
    """Explain the codes of problems, such as HK204.

    The text is that of the page "Problems" of the documentation.
    """
    found = [_find(code) for code in codes] or list(Code)
    texts = dict(_SECTION.findall(_PAGE.read_text("utf-8")))
    if form == "json":
        shown = [
            {"code": code, "title": code.summary, "text": texts[code].strip()} for code in found
        ]
        write_document(codes=shown)
    elif not codes:
        for code in found:
            click.echo(f"{code}  {code.summary}")
    else:
        pages = ("\n".join(_show(code, texts[code])) for code in found)
        click.echo("\n\n".join(pages))


def _find(given: str) -> Code:
    digits = given.upper().removeprefix("HK").zfill(3)
    for code in Code:
        if code == f"HK{digits}":
            return code
    # Of a number, those that are near have nothing to do with what was meant.
    near = None if digits.isdigit() else did_you_mean(f"HK{digits}", [code.value for code in Code])
    message = f"{given!r} is not a code: {near or '`hostkit rule` lists all'}"
    raise click.BadParameter(message, param_hint="CODE")


def _show(code: Code, text: str) -> Iterator[str]:
    """Yield the lines of a section as they are read in a terminal."""
    yield click.style(f"{code}: {code.summary}", bold=True)
    yield ""
    is_code = False
    for line in text.strip().splitlines():
        if line.startswith(_FENCE):
            is_code = not is_code
        elif is_code:
            yield f"    {line}".rstrip()
        else:
            yield _LINK.sub(_show_link, line).replace("**", "")


def _show_link(link: re.Match[str]) -> str:
    """Write a link by its text, or else by where it leads: another code, or another page."""
    if link["text"]:
        return link["text"]
    if link["page"]:
        begins = link.start() == 0 or link.string[: link.start()].endswith(". ")
        return f"{'The' if begins else 'the'} page {link['page']!r} of the documentation"
    return link["target"].partition("-")[0].upper()

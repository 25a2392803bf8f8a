"""`hostkit init`: a first config file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from hostkit.cli._manner import say_done

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hostkit.loading import Offer

_CODES: Final = """
\b
Examples:
  hostkit init                writes host.yaml
  hostkit init - | less       shows what would be written

\b
Exit codes:
  0  the file is written
  1  there is a file of that name, or it cannot be written
  2  the command line is wrong
"""
_INDENT: Final = "  # "


@click.command("init", epilog=_CODES)
@click.argument("file", metavar="[FILE]", default="host.yaml")
def command(file: str) -> None:
    """Write a first config file, with what is installed.

    Every installed module has an entry in it, commented out. None of them is imported. A file that
    exists is not overwritten.
    """
    from hostkit.loading import CATEGORIES, MODULES, Environment  # noqa: PLC0415

    environment = Environment()
    name = "host.yaml" if file == "-" else file
    lines = _write(name, environment.offers(MODULES), environment.offers(CATEGORIES))
    text = "\n".join(lines) + "\n"
    if file == "-":
        click.echo(text, nl=False)
        return
    try:
        with open(file, "x", encoding="utf-8") as new:  # noqa: PTH123 -- "x" refuses to overwrite
            new.write(text)
    except FileExistsError:
        raise click.ClickException(f"{file} exists; choose another name, or delete it") from None
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from None
    say_done(f"{file} is written; next: hostkit validate {file}")


def _write(name: str, modules: Sequence[Offer], categories: Sequence[Offer]) -> Iterator[str]:
    yield f"# A server's modules. `hostkit validate {name}` checks this file, `hostkit list {name}`"
    yield f"# shows which module each hook asks, `hostkit serve {name}` runs the server."
    yield ""
    yield "# In the order in which they are asked. `module:` is the name of an installed module, or"
    yield "# the dotted path of a class, such as package.words.WordFilter."
    yield "modules:"
    if not modules:
        yield f"{_INDENT}(none is installed)"
    for offer in sorted(modules, key=str):
        yield f"{_INDENT}- module: {_name(offer, modules)}  # from {offer}"
        yield f"{_INDENT}  config: {{}}"
    yield ""
    yield "hostkit:"
    yield "  # Where the server listens, and what it serves there."
    yield "  listeners:"
    yield '    - endpoint: "tcp:8080:interface=127.0.0.1"'
    yield "      serve: [modules, hooks, health]"
    if categories:
        yield "  # All that are installed, unless they are named here."
        names = ", ".join(sorted(_name(offer, categories) for offer in categories))
        yield f"{_INDENT}categories: [{names}]"


def _name(offer: Offer, offers: Sequence[Offer]) -> str:
    """Name an offer so that it is distinct from those of other packages."""
    is_unique = sum(each.name == offer.name for each in offers) == 1
    return offer.name if is_unique else offer.full_name

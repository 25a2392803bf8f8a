"""The arguments of a call on the command line: ``NAME=VALUE``, or a JSON object."""

from __future__ import annotations

import json
from typing import Any, Final

import click

_ARGS: Final = "'--args'"


class Typed(str):
    """The value of an argument, as it was typed."""

    __slots__ = ()

    def read(self, *, is_text: bool) -> Any:
        """Read it as JSON if it is that, and else as text.

        Args:
            is_text: Whether it is text in any case.
        """
        if is_text:
            return str(self)
        try:
            return json.loads(self)
        except ValueError:
            return str(self)


def _read_fields(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, Typed]:
    odd = [value for value in values if "=" not in value]
    if odd:
        raise click.BadParameter(f"{odd[0]!r} is not of the form NAME=VALUE")
    pairs = (value.split("=", 1) for value in values)
    return {name: Typed(value) for name, value in pairs}


def read_source(source: Any) -> dict[str, Any]:
    """Read a file of arguments.

    Args:
        source: The file, open; `None` if there is none.

    Raises:
        click.BadParameter: It is not a JSON object.
    """
    if source is None:
        return {}
    try:
        read = json.load(source)
    except ValueError as error:
        raise click.BadParameter(
            f"{_name(source)} is not JSON: {error}", param_hint=_ARGS
        ) from None
    if not isinstance(read, dict):
        raise click.BadParameter(f"{_name(source)} is not a JSON object", param_hint=_ARGS)
    return read


def _name(source: Any) -> str:
    return (
        "standard input" if source.name in {"-", "<stdin>"} else click.format_filename(source.name)
    )


FIELDS = click.argument("fields", metavar="[NAME=VALUE]...", nargs=-1, callback=_read_fields)
"""Arguments by name, each value as a `Typed`."""

ARGS = click.option(
    "--args",
    "source",
    metavar="JSON",
    type=click.File(encoding="utf-8"),
    help="A file with a JSON object of the arguments by name; - for standard input.",
)
"""The option for a file of arguments, for `read_source`."""

"""Tables: rows of named values, as aligned columns or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, final

import attrs

from hostkit.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Row: TypeAlias = dict[str, Any]
"""Values by the names of their fields; values are those that JSON has."""


@final
@attrs.frozen
class View:
    """One way to look at something: a kind of rows.

    Attributes:
        name: Its name.
        fields: What each of the rows has.
        hidden: The fields that a table leaves out unless they are asked for.
    """

    name: str
    fields: tuple[str, ...]
    hidden: frozenset[str] = frozenset()


_GAP: Final = 2
_NARROWEST: Final = 8


def show_table(fields: Sequence[str], rows: Sequence[Row], width: int | None) -> Iterator[str]:
    """Yield the lines of a table, with a head.

    Args:
        fields: The columns.
        rows: The rows.
        width: How many columns a terminal has; then cells are cut where the table would be wider.
            `None` if it does not matter, as in a pipe.
    """
    heads = [field.upper().replace("_", " ") for field in fields]
    cells = [heads, *([show_cell(row[field]) for field in fields] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(fields))]
    if width is not None:
        widths = _narrowed(widths, width)
    for line in cells:
        padded = (_fit(cell, room) for cell, room in zip(line, widths, strict=True))
        yield (" " * _GAP).join(padded).rstrip()


def show_cell(value: Any) -> str:
    """Write a value on one line.

    Settings are mappings with ``value`` and ``from``; a mapping of several of them is written as
    one if they are the same.
    """
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(show_cell, value)) or "-"
    if isinstance(value, dict) and value.keys() == {"value", "from"}:
        shown_value = "none" if value["value"] is None else show_cell(value["value"])
        return f"{shown_value} ({value['from']})"
    if isinstance(value, dict):
        shown = {key: show_cell(each) for key, each in value.items()}
        same = set(shown.values())
        return same.pop() if len(same) == 1 else ", ".join(f"{k}: {v}" for k, v in shown.items())
    return visible(f"{value:g}" if isinstance(value, float) else str(value)).replace("\n", " ")


def sort_key(value: Any) -> tuple[bool, float, str]:
    """Order values of one field: numbers by their size, before all others by their text."""
    is_number = isinstance(value, int | float)
    return not is_number, float(value) if is_number else 0.0, show_cell(value)


def _narrowed(widths: Sequence[int], width: int) -> list[int]:
    """Take what is too much from the widest columns, down to a width that still says something."""
    narrowed = list(widths)
    excess = sum(widths) + _GAP * (len(widths) - 1) - width
    for _ in range(excess):
        widest = max(range(len(narrowed)), key=narrowed.__getitem__)
        if narrowed[widest] <= _NARROWEST:
            break
        narrowed[widest] -= 1
    return narrowed


def _fit(cell: str, room: int) -> str:
    return cell.ljust(room) if len(cell) <= room else f"{cell[: room - 1]}…"

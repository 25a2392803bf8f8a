"""`Listing`: which rows of a view are written, which of their fields, and how."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any, final

import attrs
import click

from hostkit.cli._options import write_document
from hostkit.cli._tables import show_table, sort_key
from hostkit.wording import did_you_mean, either

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hostkit.cli._tables import Row, View


@final
@attrs.frozen
class Listing:
    """What was asked for on the command line.

    Attributes:
        module: The only modules that are listed, if any.
        hook: The only hooks.
        category: The only categories.
        fields: The fields; by default those of the view.
        sort: The field to sort by.
        form: The format: ``table`` or ``json``.
    """

    module: tuple[str, ...]
    hook: tuple[str, ...]
    category: tuple[str, ...]
    fields: tuple[str, ...]
    sort: str | None
    form: str | None

    @property
    def is_plain(self) -> bool:
        """Whether nothing in particular was asked for."""
        return not any(attrs.astuple(self))

    def write(
        self, view: View, rows: Sequence[Row], file: str | None, redact: Callable[[str], str]
    ) -> None:
        """Write what was asked for to standard output.

        Args:
            view: What is looked at.
            rows: All of its rows.
            file: The name of the file that they are from.
            redact: Takes secrets out of a text.

        Raises:
            click.UsageError: There is no such field, or nothing of a name that was given.
        """
        _check_names(self.fields, view.fields, "--fields")
        if self.sort is not None:
            _check_names([self.sort], view.fields, "--sort")
        chosen = self._sorted(self._filtered(rows, view))
        is_json = self.form == "json"
        default = [each for each in view.fields if is_json or each not in view.hidden]
        fields = self.fields or default
        clean = [{field: _clean(row[field], redact) for field in fields} for row in chosen]
        if is_json:
            shown = None if file is None else click.format_filename(file)
            write_document(view=view.name, file=shown, rows=clean)
            return
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        for line in show_table(fields, clean, width):
            click.echo(line)

    def _filtered(self, rows: Sequence[Row], view: View) -> list[Row]:
        filters = {"module": self.module, "hook": self.hook, "category": self.category}
        kept = list(rows)
        for field, names in filters.items():
            if not names:
                continue
            if field not in view.fields:
                raise click.UsageError(
                    f"--{field}: the view {view.name!r} has no {field} to filter by"
                )
            given = {str(row[field]) for row in rows if row[field] is not None}
            wanted = [_full_name(each, given) for each in names] if field == "hook" else names
            _check_names(wanted, sorted(given), f"--{field}")
            kept = [row for row in kept if row[field] in wanted]
        return kept

    def _sorted(self, rows: list[Row]) -> list[Row]:
        field = self.sort
        return rows if field is None else sorted(rows, key=lambda row: sort_key(row[field]))


def _full_name(name: str, hooks: set[str]) -> str:
    """Add the category to the name of a hook, if it was left out."""
    return next((hook for hook in sorted(hooks) if hook.partition(".")[2] == name), name)


def _check_names(names: Sequence[str], known: Sequence[str], option: str) -> None:
    for name in names:
        if name not in known:
            near = did_you_mean(name, known) or f"there is {either(known) if known else 'nothing'}"
            raise click.UsageError(f"{option}: nothing is called {name!r} here: {near}")


def _clean(value: Any, redact: Callable[[str], str]) -> Any:
    """Take secrets out of all strings of a value."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [_clean(each, redact) for each in value]
    if isinstance(value, dict):
        return {key: _clean(each, redact) for key, each in value.items()}
    return value

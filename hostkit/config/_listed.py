"""What is wrong with entries of ``modules:`` as they were written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from hostkit.codes import Code
from hostkit.errors import Problem, show_path
from hostkit.wording import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hostkit.config._host_file import Source


def odd_configs(entries: Sequence[Any], source: Source) -> Iterator[Problem]:
    """Find configs that are not mappings.

    Args:
        entries: What stands under ``modules:``, as it was written.
        source: Where that is; a program may give any object.
    """
    for index, entry in enumerate(entries):
        config = entry.get("config") if isinstance(entry, Mapping) else None
        is_object = source.document is None and not isinstance(config, int | float | date)
        if config is not None and not isinstance(config, Mapping) and not is_object:
            yield Problem(
                Code.WRONG_TYPE,
                f"{show(config)} is of the wrong type",
                ("modules", index, "config"),
                expected="a mapping",
                hint="write `config: {key: value}`, or each key in a line of its own below it",
            )


def repeated_names(entries: Sequence[Any]) -> Iterator[Problem]:
    """Find names that were given twice, among entries that may be wrong in other ways too.

    Args:
        entries: What stands under ``modules:``, as it was written.
    """
    first: dict[str, int] = {}
    for index, entry in enumerate(entries):
        name = entry.get("name") if isinstance(entry, Mapping) else None
        if not isinstance(name, str) or first.setdefault(name, index) == index:
            continue
        yield Problem(
            Code.DUPLICATE_NAME,
            f"{show_path(('modules', index))} and {show_path(('modules', first[name]))} "
            f"have the same name {name!r}",
            ("modules", index, "name"),
            hint="give each module a name of its own",
        )

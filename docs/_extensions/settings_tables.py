"""The directive ``{settings}``, which writes the table of a block of the config file.

It names the class of the block in `hostkit.config`:

    ```{settings} Listener
    ```
"""  # noqa: INP001 -- Sphinx finds it by its path

from __future__ import annotations

import inspect
import types
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, get_args, get_origin

import attrs
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from hostkit import config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

DURATIONS: Final = ((24 * 60 * 60, "d"), (60 * 60, "h"), (60, "m"), (1, "s"))
SIZES: Final = ((1024**3, "G"), (1024**2, "M"), (1024, "K"))


def write_table(block: type[Any]) -> Iterator[str]:
    """Write the table of a block, as Markdown.

    Args:
        block: Its class. What a reload does is a column if it is not the same for all its keys.
    """
    settings = config.settings_of(block)
    with_reload = len({declared.reload for _, declared in settings.values()}) > 1
    reload = " at a reload |" if with_reload else ""
    yield f"| key | default |{reload} meaning |"
    yield f"|---|---|{'---|' if with_reload else ''}---|"
    for key, (field, declared) in settings.items():
        if with_reload:
            reload = " the new file's |" if declared.reload else " cannot change |"
        default = declared.shown or show_default(field)
        yield f"| `{key}` | {default} |{reload} {declared.help} |"


def show_default(field: attrs.Attribute[Any]) -> str:
    """Write the default of a key as it would be written in the file."""
    value: Any = field.default
    if value is attrs.NOTHING:
        return "required"
    if value is None:
        return "none"
    kind = plain_type(field.type)
    if kind is config.Seconds:
        return f"`{with_unit(value, DURATIONS)}`"
    if kind is config.Bytes:
        return f"`{with_unit(value, SIZES)}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`[{', '.join(value)}]`" if isinstance(value, tuple) else f"`{value}`"


def plain_type(cls: Any) -> Any:
    """Take from a type what it says besides conditions and null."""
    if get_origin(cls) is Annotated:
        return plain_type(get_args(cls)[0])
    if get_origin(cls) is types.UnionType:
        return plain_type(get_args(cls)[0])
    return cls


def with_unit(value: float, units: tuple[tuple[int, str], ...]) -> str:
    """Write a number with the largest unit that leaves a whole one."""
    return next(
        (f"{value // size:g}{unit}" for size, unit in units if not value % size), f"{value}"
    )


class Settings(SphinxDirective):
    """Put the table of a block in the place of the directive."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Write the table and have it parsed as part of the document."""
        block = getattr(config, self.arguments[0])
        self.env.note_dependency(inspect.getfile(block))
        lines = list(write_table(block))
        holder = nodes.Element()
        content = StringList(lines, items=[self.get_source_info()] * len(lines))
        self.state.nested_parse(content, 0, holder)
        return holder.children


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the directive known to Sphinx."""
    app.add_directive("settings", Settings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

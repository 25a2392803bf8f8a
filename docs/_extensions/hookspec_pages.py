"""The directive ``{hookspecs}``, which writes the page of a category from its hookspecs.

A page names the category by its path, and contains nothing else:

    ```{hookspecs} hookspecs.Ratelimit
    ```
"""  # noqa: INP001 -- Sphinx finds it by its path

from __future__ import annotations

import inspect
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from hostkit.specs import facts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

    from hostkit import Category, Hookspec


def find_category(path: str) -> type[Category]:
    """Import a category.

    Args:
        path: Its dotted path.
    """
    module, _, name = path.rpartition(".")
    category: type[Category] = getattr(import_module(module), name)
    return category


def write_page(category: type[Category]) -> str:
    """Write the page of a category, as Markdown.

    Raises:
        ExtensionError: The category or one of its hooks has no docstring.
    """
    lines = [f"# {title_of(category)}", "", doc_of(category, category.name), ""]
    lines += ["A module registers for it with", "", *register_method(category), ""]
    for spec in category.hookspecs.values():
        lines += write_hook(spec)
    return "\n".join(lines)


def title_of(category: type[Category]) -> str:
    """Write the name of a category as words."""
    return category.name.replace("_", " ").capitalize()


def doc_of(thing: object, name: str) -> str:
    """Take the docstring of a category or a hook.

    Raises:
        ExtensionError: It has none.
    """
    # `inspect.getdoc` alone would take that of a base class.
    if not (getattr(thing, "__doc__", None) or "").strip():
        raise ExtensionError(f"{name} has no docstring to make documentation of")
    return inspect.getdoc(thing) or ""


def register_method(category: type[Category]) -> Iterator[str]:
    """Show how the register method of a category is called."""
    yield "```python"
    yield f"api.register_{category.name}_callbacks("
    for hook, spec in category.hookspecs.items():
        yield f"    {hook}={'...' if spec.keyed is None else '{...: ...}'},"
    yield ")"
    yield "```"


def write_hook(spec: Hookspec) -> Iterator[str]:
    """Write the section of a hook."""
    yield from (f"## `{spec.name}`", "", "```python", spec.show(), "```", "")
    yield from (doc_of(spec.function, spec.full_name), "")
    yield from ("| | |", "|---|---|")
    yield from (f"| {name} | {cell(text)} |" for name, text in facts_of(spec))
    yield ""


def cell(text: str) -> str:
    """Escape what would end a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")


class Hookspecs(SphinxDirective):
    """Replace the directive by the page of a category."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Write the page and have it parsed as part of the document."""
        category = find_category(self.arguments[0])
        self.env.note_dependency(inspect.getfile(category))
        lines = write_page(category).splitlines()
        place = self.get_source_info()
        holder = nodes.section()
        content = StringList(lines, items=[place] * len(lines))
        self.state.nested_parse(content, 0, holder, match_titles=True)
        return holder.children


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("hookspecs", Hookspecs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

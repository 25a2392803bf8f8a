"""How Sphinx builds this documentation."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.ext.napoleon import Config, GoogleDocstring

from hostkit import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "hostkit"
author = copyright = "The hostkit developers"  # noqa: A001 -- Sphinx calls it so
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "hookspec_pages", "settings_tables"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
add_module_names = False
# Code is marked by single backquotes in docstrings, and most of it is not a name to link to.
default_role = "code"

html_theme = "furo"
html_title = f"hostkit {release}"
html_copy_source = False

_DATA = frozenset({"attribute", "data", "property"})


def show_defaults(_app: Sphinx, *rest: Any) -> tuple[str | None, str | None]:
    """Write classes, functions and markers that are defaults by their names.

    `<class 'str'>` is not Python, and Sphinx shows a signature that it cannot parse as it is.
    """
    signature, result = rest[-2:]
    if signature is not None:
        signature = re.sub(r"<(?:class '(?:\w+\.)*|function )(\w+)'?>", r"\1", signature)
        signature = signature.replace("<object object>", "...")
    return signature, result


def setup(app: Sphinx) -> None:
    """Read docstrings with napoleon, except those of data.

    There it takes what stands before a colon for the type, but ours are sentences.
    """
    config = Config(napoleon_use_ivar=True)

    def read(_app: Sphinx, what: str, *rest: Any) -> None:
        lines: list[str] = rest[-1]
        if what not in _DATA:
            lines[:] = GoogleDocstring(list(lines), config, what=what).lines()

    app.connect("autodoc-process-docstring", read)
    app.connect("autodoc-process-signature", show_defaults)

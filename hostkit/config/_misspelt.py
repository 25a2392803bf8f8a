"""Tell a list of modules that stands under a wrong name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import yaml

from hostkit.codes import Code
from hostkit.config._document import child
from hostkit.errors import Problem
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.config._document import Document

_KEY: Final = "modules"


def misspelt_modules(document: Document) -> Iterator[Problem]:
    """Find keys that look like ``modules`` and hold what would be modules.

    Other keys are the host application's. But if what was meant to be asked is not, nobody would
    notice: with no modules, everything is allowed.

    Args:
        document: The file.
    """
    for key, value in document.root.value:
        if not isinstance(key, yaml.ScalarNode) or key.value == _KEY:
            continue
        hint = did_you_mean(key.value.lower(), [_KEY])
        if hint is not None and _lists_modules(value):
            message = f"{key.value!r} lists modules, which are looked for under {_KEY!r}"
            yield Problem(Code.UNKNOWN_KEY, message, (key.value,), hint=hint)


def _lists_modules(node: yaml.Node) -> bool:
    return isinstance(node, yaml.SequenceNode) and any(
        child(item, "module") is not None for item in node.value
    )

"""`annotations_of`: what annotations mean, as far as that can be found out."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any, get_type_hints


def annotations_of(annotated: Any) -> dict[str, Any]:
    """Read the annotations of a function or a class, each by itself.

    Args:
        annotated: A function, or a class, of which only its own annotations are read.

    Returns:
        What each name is annotated with. What was imported only for type checkers is unknown here,
        and stands as `Any`.
    """
    names = getattr(annotated, "__globals__", None) or vars(sys.modules[annotated.__module__])
    return {
        name: _resolve(annotation, names)
        for name, annotation in getattr(annotated, "__annotations__", {}).items()
    }


def _resolve(annotation: Any, names: dict[str, Any]) -> Any:
    alone = SimpleNamespace(__annotations__={"it": annotation})
    try:
        return get_type_hints(alone, names, include_extras=True)["it"]
    except Exception:  # noqa: BLE001 -- a text can be wrong in as many ways as code can
        return Any

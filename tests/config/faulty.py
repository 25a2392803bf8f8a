"""What is wrong with values and with what stands in a file, as tests ask for it."""

from __future__ import annotations

from typing import Any

import pytest

from hostkit.config import Fault, StructureErrors, load, structure

from .conftest import Write


def faults(value: Any, cls: Any) -> list[Fault]:
    """Structure a value that is wrong."""
    with pytest.raises(StructureErrors) as caught:
        structure(value, cls)
    return list(caught.value.faults)


def fault(value: Any, cls: Any) -> Fault:
    """Structure a value that is wrong in one way."""
    (only,) = faults(value, cls)
    return only


def written(write: Write, text: str) -> Any:
    """Read what stands at the key ``x`` of a module's config, to be structured."""
    file = load(write(f"modules:\n- module: a.B\n  config: {{x: {text}}}\n"))
    return file.written(file.modules[0].config, ("modules", 0, "config")).value["x"]

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from hostkit.config import load
from hostkit.errors import ConfigErrors, Problem

if TYPE_CHECKING:
    from pathlib import Path


class Write(Protocol):
    def __call__(self, text: str | bytes) -> str: ...


class ProblemsOf(Protocol):
    def __call__(self, text: str | bytes) -> tuple[Problem, ...]: ...


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a config file and give its name."""

    def write_file(text: str | bytes) -> str:
        path = tmp_path / "host.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    return write_file


@pytest.fixture
def problems_of(write: Write) -> ProblemsOf:
    """Load a file that is wrong and give its problems."""

    def load_wrong(text: str | bytes) -> tuple[Problem, ...]:
        with pytest.raises(ConfigErrors) as caught:
            load(write(text))
        return caught.value.problems

    return load_wrong

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hostkit.config import load
from hostkit.errors import ConfigErrors

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("key", ["module", "moduels", "Modules", "MODULES", "modulse"])
def test_modules_under_a_wrong_name_are_an_error(tmp_path: Path, key: str) -> None:
    """Without them everything would be allowed, and nobody would know why."""
    file = tmp_path / "host.yaml"
    file.write_text(f"other: 1\n{key}:\n  - module: words.Words\n")
    with pytest.raises(ConfigErrors) as caught:
        load(file)
    (problem,) = caught.value.problems
    assert problem.code == "HK021"
    assert problem.message == f"{key!r} lists modules, which are looked for under 'modules'"
    assert problem.hint == "did you mean 'modules'?"
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (2, 1)


@pytest.mark.parametrize(
    "text",
    [
        "models: [{name: sedan}]",
        "module: casino.Table",
        "module: [casino.Table]",
        "models: {module: x}",
        "plugins: [{module: x}]",
        "3: [{module: x}]",
        "[a, b]: [{module: x}]",
        "modules: [{module: words.Words}]",
        "modules: [{module: words.Words}]\nextras: [{module: x}]",
    ],
)
def test_the_applications_own_keys_are_left_alone(tmp_path: Path, text: str) -> None:
    """Only what is called nearly so, and looks like modules, is taken for a mistake."""
    file = tmp_path / "host.yaml"
    file.write_text(f"other: 1\n? {text}\n" if text.startswith("[") else f"other: 1\n{text}\n")
    assert len(load(file).modules) == text.count("words.Words")

"""`hostkit list --available`: what is installed, and what a file has of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.cli.conftest import HEAD, run
from tests.cli.test_list_command import rows

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.files import Write


def install(folder: Path) -> None:
    """Put a distribution with entry points into a folder; none of them can be imported."""
    info = folder / "word_filter-1.2.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: word-filter\nVersion: 1.2\n")
    points = "[hostkit.modules]\nwf = gone:Words\nwf-old = gone:Old\n"
    info.joinpath("entry_points.txt").write_text(f"{points}[hostkit.categories]\nwfc = gone:Cat\n")


def available(*args: str) -> dict[str, str]:
    """Run `list --available`, and return the use of what was installed."""
    found = rows("--available", *args)
    return {row["name"]: row["use"] for row in found if row["distribution"] == "word-filter"}


def test_what_is_installed_is_listed_without_an_import(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator sees what could be used, even if importing it would fail."""
    monkeypatch.setattr(sys, "path", [*sys.path])  # to which the folder is added
    install(tmp_path)
    folder = ("--path", str(tmp_path))
    assert available(*folder) == {"wf": "installed", "wf-old": "installed", "wfc": "installed"}
    entries = "[{module: wf}, {module: wf, enabled: false, name: b}, {module: x.Y}]"
    assert available(*folder, write(f"modules: {entries}")) == {
        "wf": "listed: wf, b (disabled)",
        "wf-old": "installed, not listed",
        "wfc": "used, as none is listed",
    }
    assert available(*folder, write("hostkit: {categories: [wfc]}"))["wfc"] == "listed"
    assert available(*folder, write(HEAD))["wfc"] == "installed, not listed"
    (row,) = (row for row in rows("--available", *folder) if row["name"] == "wf")
    assert (row["version"], row["class"], row["kind"]) == ("1.2", "gone.Words", "module")


def test_what_is_wrong_with_the_file_is_shown_by_available(write: Write) -> None:
    """As by any other command."""
    result = run("list", "--available", write("modules: 1"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith("1 problem found\n")

"""What a worker makes of the config file that its supervisor has sent."""

from __future__ import annotations

from pathlib import Path

from hostkit.config import load
from hostkit.control.worker import read_file

TEXT = """
modules:
  - {module: words.Words, name: words}
  - {module: words.Words, name: others}
hostkit: {background_tasks_on: web}
"""


def test_what_operators_have_changed_is_in_it(tmp_path: Path) -> None:
    """And the number of the file; nothing else."""
    frame = {"file": str(tmp_path / "host.yaml"), "text": TEXT, "switches": {}, "generation": 7}
    path = tmp_path / "host.yaml"
    path.write_text(TEXT)
    assert read_file(frame) == load(path)
    found = read_file({**frame, "switches": {"others": "shadow"}})
    assert [entry.mode for entry in found.modules] == ["enforce", "shadow"]
    assert found.generation == 7

"""What the repository consists of: whatever else lies in a clone is its user's."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@cache
def _listed() -> tuple[Path, ...]:
    # git refuses to read a clone that another user made, unless it is told to.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return ()
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in paths if path.exists())


def tracked(*folders: str, suffix: str = "") -> list[Path]:
    """List the files that git tracks, or skip the test where it tracks none.

    Args:
        folders: Only those below these, relative to the top; without any, all.
        suffix: Only those with this one, such as ``.py``.
    """
    if ROOT / "pyproject.toml" not in _listed():
        pytest.skip("this is not a clone: git does not know which files belong to the repository")
    roots = [ROOT / folder for folder in folders] or [ROOT]
    return [
        path
        for path in _listed()
        if path.name.endswith(suffix) and any(root in path.parents for root in roots)
    ]

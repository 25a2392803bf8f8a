from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hostkit.config import load

if TYPE_CHECKING:
    from pathlib import Path

    from hostkit.config import HostFile
    from tests.files import Write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the name of the control socket."""
    return tmp_path / "server.pid.sock"


@pytest.fixture
def file(write: Write) -> HostFile:
    """Give a file that names a pid file."""
    return load(write("hostkit:\n  pid_file: server.pid\n"))

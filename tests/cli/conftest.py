from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest
import twisted.internet.reactor  # noqa: F401 -- commands in this process find it installed
from click.testing import CliRunner, Result

from hostkit.cli import _serve, main

if TYPE_CHECKING:
    from pathlib import Path

    from hostkit import Host

HEAD = "hostkit: {categories: [tests.cli.modules.Comments]}\n"
"""Makes a config file name the category of these tests, and no installed one."""

COLOUR = "\x1b["
"""What every colour code begins with."""


class Write(Protocol):
    def __call__(self, text: str) -> str: ...


@pytest.fixture(autouse=True, scope="session")
def _twisted_log() -> None:
    """Begin Twisted's log: what it keeps until then would be written by a later test's command."""
    run("validate", "there is no such file")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a config file and give its name."""

    def write_file(text: str) -> str:
        path = tmp_path / "host.yaml"
        path.write_text(text)
        return str(path)

    return write_file


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Host]:
    """Collect hosts instead of serving them."""
    hosts: list[Host] = []

    def fake_run(host: Host) -> int:
        hosts.append(host)
        return 0

    monkeypatch.setattr(_serve, "run", fake_run)
    return hosts


def run(*args: str, color: bool = False) -> Result:
    """Run the command; nothing but its own exit may end it."""
    result = CliRunner().invoke(main, args, color=color)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result

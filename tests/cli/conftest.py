from __future__ import annotations

import logging
import runpy
from typing import TYPE_CHECKING, Any

import pytest
import twisted.internet.reactor  # noqa: F401 -- commands in this process find it installed
from click.testing import CliRunner, Result

from hostkit.cli import main
from tests.cli.answering import Answering
from tests.cli.servers import ROOT
from tests.files import Write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hostkit import Host

__all__ = ["Write"]

HEAD = "hostkit: {categories: [tests.cli.modules.Comments]}\n"
"""Makes a config file name the category of these tests, and no installed one."""

COLOUR = "\x1b["
"""What every colour code begins with."""


@pytest.fixture(autouse=True, scope="session")
def _twisted_log() -> None:
    """Begin Twisted's log: what it keeps until then would be written by a later test's command."""
    run("validate", "there is no such file")


@pytest.fixture
def answering(tmp_path: Path) -> Iterator[Answering]:
    """Give a process that answers what the test says."""
    answering = Answering(tmp_path)
    yield answering
    answering.end()


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Host]:
    """Collect hosts instead of serving them."""
    hosts: list[Host] = []

    def fake_run(host: Host) -> int:
        hosts.append(host)
        return 0

    monkeypatch.setattr("hostkit.cli._serve.run", fake_run)
    return hosts


def twist_service() -> Any:
    """Give what Twisted finds of `twist hostkit`: its options, and what makes its service."""
    return runpy.run_path(str(ROOT / "twisted" / "plugins" / "hostkit_plugin.py"))["hostkit"]


def make_service(*args: str) -> Any:
    """Make the service of `twist hostkit`, as Twisted does."""
    plugin = twist_service()
    options = plugin.options()
    options.parseOptions(args)
    return plugin.makeService(options)


@pytest.fixture
def _root_logger() -> Iterator[None]:
    """Restore the root logger."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def run(*args: str, color: bool = False) -> Result:
    """Run the command; nothing but its own exit may end it."""
    result = CliRunner().invoke(main, args, color=color)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result

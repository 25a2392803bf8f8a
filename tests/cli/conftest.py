from __future__ import annotations

import json
import logging
import os
import runpy
import signal
from typing import TYPE_CHECKING, Any

import pytest
import twisted.internet.reactor  # noqa: F401 -- commands in this process find it installed
from click.testing import CliRunner, Result

from hostkit.cli import main
from tests.cli.answering import Answering
from tests.cli.logged import Acting, IdleReactor, Logged
from tests.cli.servers import ROOT
from tests.files import Write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from hostkit import Category

__all__ = ["Write"]

HEAD = "hostkit: {categories: [tests.cli.modules.Comments]}\n"
"""Makes a config file name the category of these tests, and no installed one."""

SETTINGS = """
hostkit:
  categories: [tests.cli.modules.Comments]
  pid_file: server.pid
  listeners: [{endpoint: "tcp:0:interface=127.0.0.1", serve: [modules, hooks]}]
"""
"""What a file of `write_modules` has beside them."""

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
def idle(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdleReactor]:
    """Have `serve` build everything, and run a reactor that has ended at once."""
    reactor = IdleReactor()  # type: ignore[no-untyped-call]
    monkeypatch.setattr("twisted.internet.reactor", reactor)
    before = signal.getsignal(signal.SIGHUP)
    yield reactor
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def logged(idle: IdleReactor, write: Write, monkeypatch: pytest.MonkeyPatch) -> Logged:
    """Run commands with a module that does something, and give what they log."""

    def run_logged(act: Callable[[], object], *command: str, secrets: tuple[str, ...] = ()) -> str:
        monkeypatch.setattr(Acting, "act", staticmethod(act))
        for number, secret in enumerate(secrets):
            monkeypatch.setenv(f"SECRET_{number}", secret)
        config = ", ".join(f"key{number}: !env SECRET_{number}" for number in range(len(secrets)))
        entry = f"{{module: tests.cli.logged.Acting, name: acting, config: {{{config}}}}}"
        # What pytest captures goes to other processes, which cannot take all that is logged.
        monkeypatch.setattr(logging.getLogger(), "handlers", [])
        result = run(*(command or ("serve",)), write(f"{HEAD}modules: [{entry}]"))
        assert result.exit_code == 0
        return result.stderr

    return run_logged


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the name of the pid file."""
    return tmp_path / "server.pid"


@pytest.fixture
def write_modules(write: Write, tmp_path: Path) -> Callable[..., str]:
    """Write a file with modules of these names; a word after a name is a key of its config."""

    def write_file(*names: str) -> str:
        lines = ["modules:"]
        for text in names:
            name, *keys = text.split()
            config = f"notes: {tmp_path / 'notes'}" + "".join(f", {key}: true" for key in keys)
            lines.append(
                f"  - {{module: tests.cli.modules.Noted, name: {name}, config: {{{config}}}}}"
            )
        return write("\n".join(lines) + SETTINGS)

    return write_file


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Collect signals instead of sending them."""
    signals: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda *signalled: signals.append(signalled))
    return signals


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


def file_of(
    *entries: Mapping[str, Any], categories: Iterable[type[Category]] = (), **settings: Any
) -> str:
    """Write the text of a file with modules and categories, which are given as classes."""
    modules = [{**each, "module": _dotted(each["module"])} for each in entries]
    settings["categories"] = [_dotted(each) for each in categories]
    return json.dumps({"modules": modules, "hostkit": settings})


def _dotted(named: type) -> str:
    return f"{named.__module__}.{named.__qualname__}"


def run(*args: str, color: bool = False) -> Result:
    """Run the command; nothing but its own exit may end it."""
    result = CliRunner().invoke(main, args, color=color)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result

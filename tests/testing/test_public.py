from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import hostkit.testing
from hostkit.testing._wiring import Wiring

NAMES = {
    str(alias.asname)
    for node in ast.parse(
        (Path(hostkit.testing.__file__).parent / "_public.py").read_text("utf-8")
    ).body
    if isinstance(node, ast.ImportFrom)
    for alias in node.names
}


def test_the_names_are_listed() -> None:
    """And no others."""
    assert dir(hostkit.testing) == sorted(NAMES)
    assert set(getattr(hostkit.testing, "__all__")) == NAMES  # noqa: B009 -- unknown to mypy
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = hostkit.testing.nothing  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="has no attribute '_nothing'"):
        _ = hostkit.testing._nothing  # type: ignore[attr-defined]


def test_the_plugin_imports_nothing_of_what_is_tested() -> None:
    """So that coverage sees all of it; neither hostkit's own packages nor Twisted."""
    code = (
        "import sys, hostkit.testing.plugin\n"
        "print(*sorted(name for name in sys.modules if name.startswith(('hostkit', 'twisted'))))"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.split() == [
        "hostkit",
        "hostkit._version",
        "hostkit.testing",
        "hostkit.testing._places",
        "hostkit.testing._reactor",
        "hostkit.testing.plugin",
    ]


def test_names_that_are_imported_need_no_pytest() -> None:
    """The kit is for other frameworks as well."""
    code = "import sys\nfrom hostkit.testing import *\nprint('pytest' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout == "False\n"


class Config:
    """A configuration of pytest, of one process of several."""

    rootpath = Path("/nowhere")


class Session:
    """A run of pytest."""

    exitstatus: Any = pytest.ExitCode.OK


def test_processes_are_taken_together() -> None:
    """A process hands on what it has reached, and the one that runs the others puts it together."""
    config: Any = Config()
    config.workeroutput = {}
    worker, first = Wiring(config), Wiring(Config())  # type: ignore[arg-type]
    worker._add({"a.b": True, "a.c": False}, {"m for a.b": False})
    session: Any = Session()
    worker.pytest_sessionfinish(session)
    first._add({"a.b": False}, {})
    first.pytest_testnodedown(config)
    first.pytest_testnodedown(object())
    first.pytest_sessionfinish(session)
    assert first._missing() == [
        "the hook a.c was never called",
        "the callback of m for a.b was never called",
    ]
    assert session.exitstatus == pytest.ExitCode.TESTS_FAILED


def test_installed_modules_are_not_the_programs() -> None:
    """Nor are those without a file."""
    wiring = Wiring(Config())  # type: ignore[arg-type]
    assert not wiring._is_own(pytest.Item)
    assert not wiring._is_own(type("Made", (), {"__module__": "no_such_module"}))
    wiring._end()

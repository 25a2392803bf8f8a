from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import hostkit.testing

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

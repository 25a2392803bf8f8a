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


def test_assertions_of_hostkit_are_not_rewritten(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As those of all packages would be that are installed with a plugin, which takes long."""
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    info = pytester.mkdir("words-1.dist-info")
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: words\nVersion: 1\n")
    info.joinpath("entry_points.txt").write_text("[pytest11]\nwords = words\n")
    files = ("words.py", "hostkit/__init__.py", "hookspecs/__init__.py")
    info.joinpath("RECORD").write_text("".join(f"{name},,\n" for name in files))
    pytester.makepyfile(
        words="def check(found):\n    assert found == []\n",
        test_words="""
import hookspecs.rooms, hostkit.host, words

def test_loaders():
    found = [hookspecs.rooms, hostkit.host, words]
    assert ["Assertion" in type(each.__loader__).__name__ for each in found] == [0, 0, 1]
""",
    )
    pytester.runpytest_subprocess(
        *(f"-pno:{name}" for name in ("schemathesis", "asyncio", "twisted"))
    ).assert_outcomes(passed=1)

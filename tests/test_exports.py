from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import hostkit

PACKAGE = Path(hostkit.__file__).parent


def _homes() -> dict[str, str]:
    """Read the list of public names, each with its home."""
    tree = ast.parse((PACKAGE / "_public.py").read_text("utf-8"))
    return {
        str(alias.asname): str(node.module)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _run(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=PACKAGE.parent, check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize("name", sorted(_homes()))
def test_every_name_can_be_imported(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the package lists it has, also when it is used for the first time."""
    monkeypatch.delitem(vars(hostkit), name, raising=False)
    home = importlib.import_module(_homes()[name])
    assert getattr(hostkit, name) is getattr(home, name)


def test_a_home_exports_what_is_taken_from_it() -> None:
    """Nothing is taken from a package that does not offer it."""
    for name, home in _homes().items():
        if home != "hostkit":
            assert name in getattr(importlib.import_module(home), "__all__", [name])


def test_a_star_import_takes_the_names() -> None:
    """Only these, and not what the package itself has imported."""
    code = "from hostkit import *\nprint(*sorted(set(globals()) - set(vars(__builtins__))))"
    names = set(_run(code).split())
    assert {*_homes(), "__version__"} == {name for name in names if name in dir(hostkit)}
    assert not names & {"TYPE_CHECKING", "Any", "annotations", "importlib"}


def test_dir_lists_the_names() -> None:
    """Interactive users are shown what there is to use."""
    assert dir(hostkit) == sorted([*_homes(), "__version__"])


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As with any other Python module."""
    with pytest.raises(AttributeError, match="module 'hostkit' has no attribute 'nonsense'"):
        assert hostkit.nonsense  # type: ignore[attr-defined]
    assert not hasattr(hostkit, "__path_of_nonsense__")


def test_importing_it_costs_next_to_nothing() -> None:
    """Neither Twisted nor asyncio nor attrs is imported before it is needed."""
    loaded = json.loads(
        _run("import hostkit, json, sys; print(json.dumps([hostkit.__version__, *sys.modules]))")
    )
    assert hostkit.__version__ == loaded[0]
    assert set() == {"twisted", "asyncio", "attr", "attrs", "yaml", "pluggy"} & set(loaded)


def test_importing_it_installs_no_reactor() -> None:
    """An application can choose its reactor after importing everything of hostkit."""
    code = "import sys\nfrom hostkit import *\nprint('twisted.internet.reactor' in sys.modules)"
    assert _run(code).strip() == "False"

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


def _typed_imports() -> dict[str, str]:
    """Find what ``hostkit/__init__.py`` imports for type checkers, each with its home."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    return {
        alias.name: str(node.module)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _isorted(name: str) -> tuple[int, str]:
    """Order names as ruff does: constants, classes, the rest."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def _run(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=PACKAGE.parent, check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize("name", sorted({*hostkit.__all__} - {"__version__"}))
def test_every_name_can_be_imported(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the package says it has, it has, also when it is asked for the first time."""
    monkeypatch.delitem(vars(hostkit), name, raising=False)
    assert getattr(hostkit, name) is not None


def test_the_names_are_sorted_and_unique() -> None:
    """The list is in order, so that two people adding a name do not collide."""
    assert hostkit.__all__ == sorted(set(hostkit.__all__), key=_isorted)


def test_type_checkers_see_the_same_names() -> None:
    """What is imported lazily is what type checkers are told, from the same home."""
    typed = _typed_imports()
    assert set(hostkit.__all__) == {*typed, "__version__"}
    for name, home in typed.items():
        assert getattr(hostkit, name) is getattr(importlib.import_module(home), name)


def test_a_home_exports_what_is_taken_from_it() -> None:
    """Nothing is taken from a package that does not offer it."""
    for name, home in _typed_imports().items():
        if home != "hostkit":
            assert name in getattr(importlib.import_module(home), "__all__", [name])


def test_dir_lists_the_names() -> None:
    """Interactive users are shown what there is to use."""
    assert dir(hostkit) == sorted(hostkit.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As with any other Python module."""
    with pytest.raises(AttributeError, match="module 'hostkit' has no attribute 'nonsense'"):
        assert hostkit.nonsense
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


@pytest.mark.parametrize("word", ["matrix", "synapse", "homeserver"])
def test_hostkit_knows_no_particular_application(word: str) -> None:
    """What belongs to one kind of host stands elsewhere."""
    found = [
        str(path.relative_to(PACKAGE))
        for path in sorted(PACKAGE.rglob("*"))
        if path.is_file() and path.suffix != ".pyc" and word in path.read_text().lower()
    ]
    assert found == []

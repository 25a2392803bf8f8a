"""`hostkit init`: a first config file, from what is installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import run
from tests.loading.conftest import lonely_site, site  # noqa: F401 -- fixtures

if TYPE_CHECKING:
    from tests.loading.conftest import Site


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)


def test_the_file_is_written_and_is_right() -> None:
    """It can be checked at once, and says how."""
    result = run("init")
    assert (result.exit_code, result.stdout) == (
        0,
        "host.yaml is written; next: hostkit validate host.yaml\n",
    )
    assert run("validate", "host.yaml").stdout.startswith("host.yaml: no problems (0 modules, ")


def test_where_nothing_is_installed_the_file_says_so(lonely_site: Site) -> None:  # noqa: F811
    """An empty list of modules is no mistake of the command."""
    text = run("init", "-").stdout
    assert lonely_site.folder.exists()
    assert "modules:\n  # (none is installed)\n\nhostkit:\n" in text
    assert "categories" not in text
    assert list(Path().glob("*.yaml")) == []


def test_a_file_that_exists_is_kept() -> None:
    """Nothing is overwritten."""
    Path("mine.yaml").write_text("modules: []")
    result = run("init", "mine.yaml")
    assert (result.exit_code, Path("mine.yaml").read_text()) == (1, "modules: []")
    assert "mine.yaml exists; choose another name, or delete it" in result.stderr


def test_a_file_that_cannot_be_written_is_named() -> None:
    """With the reason of the operating system."""
    result = run("init", "no/such/folder.yaml")
    assert result.exit_code == 1
    assert "no/such/folder.yaml cannot be written: No such file or directory" in result.stderr

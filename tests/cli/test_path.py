"""``--path DIR``: where commands look for modules."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from twisted.python.usage import UsageError

from .conftest import HEAD, make_service, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Write

MODULE = """
class Near:
    def __init__(self, config, api):
        api.register_comments_callbacks(check_comment=self.check)

    async def check(self, author):
        return None
"""
TEXT = f"{HEAD}modules: [{{module: pathed_pkg.Near}}]\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give a folder with a module."""
    monkeypatch.setattr("sys.path", list(sys.path))
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "pathed_pkg.py").write_text(MODULE)
    yield str(tmp_path / "local")
    sys.modules.pop("pathed_pkg", None)


@pytest.mark.parametrize("command", ["validate", "list", "routes"])
def test_commands_look_for_modules_in_a_folder(command: str, write: Write, folder: str) -> None:
    """The one that is named, and others besides."""
    file = write(TEXT)
    assert run(command, file).exit_code == 1
    assert run(command, "--path", ".", file, "--path", folder).exit_code == 0


@pytest.mark.parametrize(
    ("args", "said"),
    [
        # The server does, so the option would mean nothing there.
        (("reload", "--path", "."), "No such option"),
        (("validate", "--path", "/nowhere"), "'/nowhere' does not exist"),
    ],
)
def test_a_wrong_folder_is_a_wrong_command_line(
    args: tuple[str, ...], said: str, write: Write
) -> None:
    """So is one for a command that looks for no modules."""
    result = run(*args, write(TEXT))
    assert (result.exit_code, said in result.stderr) == (2, True)


def test_a_services_folder_must_exist() -> None:
    """It is a mistake in the command line otherwise."""
    with pytest.raises(UsageError, match="--path: '/nowhere' is not a folder"):
        make_service("--path", "/nowhere", "host.yaml")

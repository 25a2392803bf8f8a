"""`hostkit enable`, `disable` and `shadow`: modules of a running server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.cli.answering import NUMBER
from tests.cli.conftest import run
from tests.cli.servers import serving, wait_for
from tests.cli.test_reload import path, write_modules

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.answering import Answering

__all__ = ["path", "write_modules"]


def test_a_running_server_is_changed(write_modules: Callable[..., str]) -> None:
    """The log names the user, and the reload of the same file undoes it."""
    with serving(write_modules("a", "b")) as process:
        wait_for(process, "listening on")
        file = write_modules("a", "b")
        result = run("disable", "b", file)
        said = "module 'b' is disabled until the next reload"
        assert (result.exit_code, result.output) == (0, f"{said}\n")
        line = wait_for(process, "is disabled")
        assert f"{said}, by " in line
        assert f"uid {os.geteuid()}, process {os.getpid()}" in line
        assert run("reload", file).stdout.endswith("1 new module, 1 kept, 0 gone\n  + b\n")


def test_the_answer_is_shown(answering: Answering) -> None:
    """And if the module is missing all the same, that is said."""
    answering.answer({"message": "module 'geo' is enabled", "missing": ["geo"]})
    result = run("enable", "geo", NUMBER)
    assert (result.exit_code, result.stdout) == (0, "module 'geo' is enabled\n")
    assert result.stderr == "but it is missing: `hostkit modules` shows why\n"
    assert answering.asked == [("enable", {"module": "geo"})]
    answering.answer({"ok": False, "message": "no"})
    assert run("shadow", "geo", NUMBER).exit_code == 1


@pytest.mark.parametrize("command", ["enable", "disable", "shadow"])
def test_help_says_how_long_it_lasts(command: str) -> None:
    """In a paragraph of its own, as all text of a help."""
    assert "\n  The next reload undoes it," in run(command, "--help").output

"""Commands that ask a running server, in a process of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tests.cli.conftest import run
from tests.cli.servers import errors_of, serving, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_server_is_asked_after_another_was_killed(write_modules: Callable[..., str]) -> None:
    """Its control socket replaces the one that was left, and is gone when it has stopped."""
    file = write_modules("a")
    with serving(file) as process:
        wait_for(process, "listening on")
        process.kill()
        process.wait()
    left = Path(file).with_name("server.pid.sock")
    assert (run("status", file).exit_code, left.is_socket()) == (1, True)
    with serving(file) as process:
        wait_for(process, "listening on")
        assert run("status", file).exit_code == 0
        process.terminate()
        errors_of(process).read()
        process.wait()
    assert not left.exists()


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

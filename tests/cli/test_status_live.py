"""`hostkit status` and `hostkit modules` with servers in processes of their own."""

from __future__ import annotations

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

"""`hostkit enable`, `disable` and `shadow`: modules of a running server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.cli.conftest import run
from tests.cli.servers import serving, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable


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

"""What `hostkit reload` names, and `hostkit reload --dry-run`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cli.answering import NUMBER
from tests.cli.conftest import run
from tests.cli.servers import serving, wait_for
from tests.cli.test_reload import path, write_modules

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.answering import Answering

__all__ = ["path", "write_modules"]


def test_a_dry_run_and_a_reload_name_the_same(write_modules: Callable[..., str]) -> None:
    """New and gone modules, others with another config, and those that have moved."""
    with serving(write_modules("a", "b", "c", "d")) as process:
        wait_for(process, "listening on")
        file = write_modules("c", "a", "b x", "e")
        shown = "  + e  ~ b (config)  - d  > c (now first)\n"
        for _ in range(2):
            result = run("reload", "--dry-run", file)
            assert result.stdout == f"reloading {file} would change this:\n{shown}"
            assert result.exit_code == 0
            assert "`hostkit validate` builds them" in result.stderr
        result = run("reload", file)
        assert result.output == f"reloaded {file}: 2 new modules, 2 kept, 2 gone\n{shown}"
        result = run("reload", "--dry-run", str(process.pid))
        assert (result.output, result.exit_code) == (
            f"reloading {file} would change nothing\n",
            0,
        )


def test_both_are_data_as_well(answering: Answering) -> None:
    """Whatever the server has answered; the exit code is that of the text."""
    for ok, code in ((True, 0), (False, 1)):
        for options, command in (((), "reload"), (("--dry-run",), "preview")):
            answering.answer({"ok": ok, "message": "no", "changes": {}})
            result = run("reload", NUMBER, "--format", "json", *options)
            answer = {"ok": ok, "version": 1, "pid": 4711, "message": "no", "changes": {}}
            assert (result.exit_code, json.loads(result.output)) == (code, answer)
            assert answering.asked == [(command, {})]

"""What `hostkit reload` names, and `hostkit reload --dry-run`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cli.answering import NUMBER
from tests.cli.conftest import run

if TYPE_CHECKING:
    from tests.cli.answering import Answering


def test_both_are_data_as_well(answering: Answering) -> None:
    """Whatever the server has answered; the exit code is that of the text."""
    for ok, code in ((True, 0), (False, 1)):
        for options, command in (((), "reload"), (("--dry-run",), "preview")):
            answering.answer({"ok": ok, "message": "no", "changes": {}})
            result = run("reload", NUMBER, "--format", "json", *options)
            answer = {"ok": ok, "version": 1, "pid": 4711, "message": "no", "changes": {}}
            assert (result.exit_code, json.loads(result.output)) == (code, answer)
            assert answering.asked == [(command, {})]

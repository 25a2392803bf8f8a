"""`hostkit drill`: what it asks a server, sends through the front door, and says."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.answering import NUMBER
from tests.cli.conftest import HEAD, Write, run
from tests.cli.servers import serving, wait_for

if TYPE_CHECKING:
    from tests.cli.answering import Answering

READY = {"ready": {"hook": "comments.check_comment", "argument": "author"}}
TEXT = "receipt 49f6f9-1: comments.check_comment: deny by hostkit-drill\n  1. hostkit-drill: \x1b"
DENIAL: dict[str, Any] = {"receipt": {"id": "49f6f9-1"}, "text": TEXT}
OVER = {"message": "the drill is over: its time is over", "ended": "time", "asked": 3, "denied": 0}


def test_a_denial_that_was_given_is_shown(answering: Answering) -> None:
    """What to send, what was asked and answered, and what that proves."""
    answering.answer(None, READY, DENIAL)
    result = run("drill", "check_comment", NUMBER, "--argument", "author")
    command, asked = answering.asked[0]
    assert (command, asked["hook"], asked["argument"]) == ("drill", "check_comment", "author")
    assert asked["seconds"] == 60
    assert re.fullmatch("hostkit-drill-[0-9a-f]{16}", asked["value"])
    assert result.exit_code == 0
    assert result.stderr == (
        f"comments.check_comment now denies calls in which author is {asked['value']}\n"
        "send that through your program's own front door, within 60s\n"
    )
    assert result.stdout == (
        "receipt 49f6f9-1: comments.check_comment: deny by hostkit-drill\n"
        "  1. hostkit-drill: \\x1b\n"
        "comments.check_comment was called with the value, and denied 1 time; it is honoured if "
        "what your program has answered is a refusal, and nothing was done\n"
    )


def test_the_value_has_the_form_that_the_door_wants(answering: Answering) -> None:
    """It is new each time, so that no older call is taken for it."""
    values = set()
    for _ in range(2):
        answering.answer(None, READY, DENIAL)
        run("drill", "check_comment", NUMBER, "--value", "@{}:example.org", "--timeout", "5")
        _, asked = answering.asked[0]
        values.add(asked["value"])
        assert re.fullmatch("@hostkit-drill-[0-9a-f]{16}:example.org", asked["value"])
        assert "argument" not in asked
    assert len(values) == 2


def test_a_form_without_a_place_is_refused() -> None:
    """Such a value could be anybody's."""
    result = run("drill", "check_comment", NUMBER, "--value", "ann")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no {} in it" in result.stderr


def test_a_call_that_does_not_come_proves_nothing(answering: Answering) -> None:
    """It is another exit code, and said how many calls there were."""
    answering.answer(OVER, READY)
    result = run("drill", "check_comment", NUMBER)
    assert result.exit_code == 3
    assert result.stdout == (
        "comments.check_comment was not called with the value, of 3 calls (the drill is over: its "
        "time is over): nothing is proved\n"
    )


def test_a_reload_that_ends_it_is_an_error(answering: Answering) -> None:
    """Nothing is known then; try again."""
    answering.answer({**OVER, "ended": "reload"}, READY)
    assert run("drill", "check_comment", NUMBER).exit_code == 1


def test_the_removal_is_waited_for(answering: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the status of the server says so, but not for ever."""
    slept: list[float] = []
    monkeypatch.setattr("hostkit.cli._drilling.sleep", slept.append)
    seconds = iter(range(1000))
    monkeypatch.setattr("hostkit.cli._drilling.monotonic", lambda: next(seconds))
    answering.answer({**OVER, "drill": READY["ready"]}, READY)
    result = run("drill", "check_comment", NUMBER)
    assert result.stderr.endswith(
        "\nthe canary denies nothing any more, but is still to be removed\n"
    )
    assert len(slept) == 5
    answering.answer({**OVER, "drill": None}, READY)
    assert "removed" not in run("drill", "check_comment", NUMBER).stderr


def test_a_server_that_refuses_is_an_error(answering: Answering) -> None:
    """With its reason."""
    answering.answer({"ok": False, "message": "there is no hook 'check'"})
    result = run("drill", "check", NUMBER)
    assert (result.exit_code, result.stderr) == (1, "Error: there is no hook 'check'\n")


def test_the_value_is_data_for_the_quiet(answering: Answering) -> None:
    """Without it, nothing could be sent."""
    answering.answer(None, READY, DENIAL)
    result = run("-q", "drill", "check_comment", NUMBER)
    assert result.stdout.splitlines()[0] == answering.asked[0][1]["value"]
    assert result.stderr == ""


def test_the_result_as_data(answering: Answering) -> None:
    """With the receipts as they are."""
    answering.answer(None, READY, DENIAL)
    result = run("drill", "check_comment", NUMBER, "--format", "json")
    assert json.loads(result.stdout) == {
        "version": 1,
        "hook": "comments.check_comment",
        "argument": "author",
        "value": answering.asked[0][1]["value"],
        "denied": 1,
        "receipts": [{"id": "49f6f9-1"}],
        "door": None,
        "ended": None,
    }


def test_a_door_that_takes_too_long_is_given_up(answering: Answering) -> None:
    """What it has printed until then is shown."""
    answering.answer(OVER, READY)
    command = "echo {value} opening; exec sleep 60"
    result = run("drill", "check_comment", NUMBER, "--cmd", command, "--timeout", "0.5")
    assert result.exit_code == 3
    lines = result.stdout.splitlines()
    assert lines[0] == f"$ echo {answering.asked[0][1]['value']} opening; exec sleep 60"
    assert lines[1].endswith(" opening")
    assert lines[2] == "  (killed, as it took too long)"


SCRIPT = """
import http.client, json, os
door = http.client.HTTPConnection("127.0.0.1", {port})
body = json.dumps({{"author": os.environ["HOSTKIT_DRILL_VALUE"]}})
door.request("POST", "/_hostkit/hooks/comments/check_comment", body,
    {{"Content-Type": "application/json"}})
print(door.getresponse().status)
"""


HOOK = "/_hostkit/hooks/comments/check_comment"


@pytest.mark.parametrize(("path", "code"), [(HOOK, 0), ("/", 3)])
def test_a_running_server_is_drilled(write: Write, path: str, code: int) -> None:
    """The command's own front door is asked, and the server is as before afterwards."""
    listener = "listeners: [{endpoint: 'tcp:0:interface=127.0.0.1', serve: [modules, hooks]}]"
    file = write(
        f"{HEAD[:-2]}, pid_file: words.pid, {listener}}}\n"
        "modules: [{module: tests.cli.modules.Words, name: words}]\n"
    )
    with serving(file) as process:
        line = wait_for(process, "listening on")
        port = re.search(r":(\d+)/ for", line)
        assert port is not None
        script = SCRIPT.format(port=port[1]).replace(HOOK, path)
        program = Path(file).with_name("door.py")
        program.write_text(script)
        result = run("drill", "check_comment", file, "--cmd", f"{sys.executable} {program}")
        wait_for(process, "the drill is over, and its canary removed")
        modules = json.loads(run("modules", file, "--format", "json").stdout)["modules"]
    assert result.exit_code == code
    lines = result.stdout.splitlines()
    assert lines[1:3] == [f"  {403 if code == 0 else 404}", "  (exit code 0)"]
    assert ("denied 1 time; it is honoured if the output above" in lines[-1]) == (code == 0)
    assert [module["name"] for module in modules] == ["words"]

"""`hostkit status` and `hostkit modules`: what they ask, and what they show."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.answering import NUMBER
from tests.cli.conftest import run

if TYPE_CHECKING:
    from tests.cli.answering import Answering

STATUS: dict[str, Any] = {
    "hostkit": "1.2",
    "python": "3.11.7",
    "worker": None,
    "state": "running",
    "began": "2026-01-31T12:00:00+00:00",
    "uptime_seconds": 183_845.5,
    "file": {"name": "host.yaml", "sha256": "0123456789abcdef" * 4},
    "modules": {"shadow": 1, "enforce": 2},
    "switched": [{"module": "words", "command": "shadow", "by": "ann (uid 1000)"}],
    "drill": {
        "hook": "comments.check_comment",
        "argument": "text",
        "asked": 2,
        "denied": 1,
        "by": "ann (uid 1000)",
    },
    "listeners": [
        {"endpoint": "tcp:80", "url": "http://0.0.0.0:80/", "serve": ["modules", "hooks"]}
    ],
    "loops": [
        {"module": "words", "loop": "refresh", "interval_seconds": 60.0, "failures": 0},
        {"module": "words", "loop": "sweep", "interval_seconds": 0.5, "failures": 3},
    ],
    "background": [
        {"module": "words", "loops": 2, "calls": 1, "runs": 118, "failures": 3},
        {"module": "mails", "loops": 0, "calls": 0, "runs": 1, "failures": 0},
    ],
    "threads": {"busy": 2, "waiting": 0, "most": 10},
    "caches": ["words/Words.find"],
    "cached": [
        {"name": "words/Words.find", "entries": 3, "max_entries": 1000, "misses": 12, "hits": None},
        {"name": "words/Words.sum", "entries": 1, "max_entries": 9, "misses": 1, "hits": 40},
    ],
    "redis": True,
    "messages": {"sent": 4, "unsent": 0, "accepted": 7, "gaps": 0, "connections": 1},
    "receipts": {"kept": 3, "limit": 1000},
    "last_reload": {"ok": True, "message": "reloaded host.yaml: 1 new module, 1 kept, 0 gone"},
}
SHOWN = """\
host.yaml: running for 2d 3h, process 4711
  version      hostkit 1.2, Python 3.11.7
  file         sha256 0123456789abcdef
  modules      2 enforce, 1 shadow
  switched     words: shadow, by ann (uid 1000)
  drill        comments.check_comment, by its argument text: 2 calls, 1 denied, by ann (uid 1000)
  listening    http://0.0.0.0:80/ for modules, hooks
  loops        words: refresh, every 60s
               words: sweep, every 0.5s, failed 3 times in a row
  background   words: 1 call, 118 runs, 3 failed
               mails: 1 run
  threads      2 of 10 busy, 0 waiting
  caches       words/Words.find: 3 of 1000 entries, computed 12 times
               words/Words.sum: 1 of 9 entries, computed 1 time, found 40 times
  redis        connected 1 time; messages: 4 sent, 0 unsent, 7 accepted, 0 gaps
  receipts     3, at most 1000
  last reload  reloaded host.yaml: 1 new module, 1 kept, 0 gone
"""


def test_everything_is_shown(answering: Answering) -> None:
    """What there is of it, in lines."""
    answering.answer(STATUS)
    result = run("status", NUMBER)
    assert (result.exit_code, result.output) == (0, SHOWN)
    assert answering.asked == [("status", {})]


def test_what_is_not_there_is_not_shown(answering: Answering) -> None:
    """A program's own host has no file, and most have one process."""
    answer = {
        **STATUS,
        "worker": "web-1",
        "uptime_seconds": 59.9,
        "file": {"name": "<config>", "sha256": None},
        "modules": {},
        "switched": [],
        "drill": None,
        "listeners": [],
        "loops": [],
        "background": [],
        "threads": {"busy": 0, "waiting": 0, "most": 10},
        "caches": [],
        "cached": [],
        "redis": False,
        "last_reload": None,
    }
    answering.answer(answer)
    assert run("status", NUMBER).output == (
        "<config>: running for 59s, process 4711, worker web-1\n"
        "  version   hostkit 1.2, Python 3.11.7\n"
        "  file      none\n"
        "  modules   none\n"
        "  receipts  3, at most 1000\n"
    )


def test_it_is_data_as_well(answering: Answering) -> None:
    """With whether the file has changed, which is not known of a process."""
    answering.answer(STATUS)
    shown = json.loads(run("status", NUMBER, "--format", "json").output)
    file = {**STATUS["file"], "changed": None}
    assert shown == {"version": 1, "pid": 4711, **STATUS, "file": file}


@pytest.mark.parametrize("command", ["status", "modules"])
def test_a_server_may_refuse(command: str, answering: Answering) -> None:
    """What it says is shown; an older one does not know the command."""
    answering.answer({"ok": False, "message": "this process knows no such \x1bcommand"})
    result = run(command, NUMBER)
    assert (result.exit_code, result.output) == (
        1,
        "Error: this process knows no such \\x1bcommand\n",
    )


def test_what_a_server_reports_meanwhile_is_shown(answering: Answering) -> None:
    """On standard error, and without what would control a terminal."""
    answering.answer(STATUS, meanwhile="still \x1bbusy")
    result = run("status", NUMBER)
    assert (result.exit_code, result.stderr) == (0, "still \\x1bbusy\n")


def test_a_process_may_have_no_control_socket() -> None:
    """The message says what would give it one."""
    command = [sys.executable, "-c", "input()", "hostkit"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        result = run("status", str(process.pid))
        process.kill()
    assert (result.exit_code, "`hostkit: pid_file:`" in result.output) == (1, True)


def test_modules_are_a_table(answering: Answering) -> None:
    """With the reason why one is missing on standard error."""
    module = {
        "name": "words",
        "state": "enforce",
        "hooks": ["comments.check_comment"],
        "paths": [],
        "measured": 12,
        "mean_seconds": 0.000_25,
        "denied": 3,
        "failed": 0,
        "missing": None,
    }
    geo = {**module, "name": "geo", "state": "missing", "missing": "HK101 no", "hooks": []}
    geo["mean_seconds"] = None
    answering.answer({"modules": [module, geo]})
    result = run("modules", NUMBER)
    assert result.stdout == (
        "MODULE  STATE    HOOKS  PATHS  MEASURED  MEAN      DENIED  FAILED\n"
        "words   enforce  1      0      12        0.250 ms  3       0\n"
        "geo     missing  0      0      12        -         3       0\n"
    )
    assert result.stderr == "geo is missing: HK101 no\n"
    answering.answer({"modules": []})
    assert run("modules", NUMBER).output == "no modules\n"

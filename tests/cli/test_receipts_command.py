"""`hostkit receipts`, and `hostkit explain` with the id of one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cli.answering import NUMBER
from tests.cli.conftest import run

if TYPE_CHECKING:
    from tests.cli.answering import Answering

ITEM: dict[str, Any] = {
    "receipt": {"id": "49f6f9-1", "at": "2026-01-31T12:00:03.748000+00:00"},
    "text": "receipt 49f6f9-1: comments.check_comment: deny\n  1. words: deny, \x1bno",
}


def test_receipts_are_shown(answering: Answering) -> None:
    """With their time, if it is known; nothing in them controls a terminal."""
    without_time = {**ITEM, "receipt": {"id": "49f6f9-2", "at": None}, "text": "receipt 49f6f9-2"}
    answering.answer({}, ITEM, without_time)
    options = ["--hook", "check_comment", "--module", "words", "--outcome", "deny", "-n", "5"]
    result = run("receipts", NUMBER, *options, "--outcome", "failed")
    assert result.exit_code == 0
    assert result.output == (
        "2026-01-31 12:00:03Z  receipt 49f6f9-1: comments.check_comment: deny\n"
        "  1. words: deny, \\x1bno\n"
        "receipt 49f6f9-2\n"
    )
    wanted = {"hook": "check_comment", "module": "words", "outcomes": ["deny", "failed"]}
    assert answering.asked == [("receipts", {**wanted, "limit": 5, "follow": False})]


def test_it_is_said_if_there_are_none(answering: Answering) -> None:
    """Where more may follow, that they do not is no result yet."""
    answering.answer({})
    result = run("receipts", NUMBER)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "no such receipts are kept\n"
    answering.answer({})
    assert run("receipts", NUMBER, "--follow").stderr == ""


def test_receipts_are_lines_of_json(answering: Answering) -> None:
    """One for each, so that they can be read as they come."""
    answering.answer({}, ITEM, ITEM)
    result = run("receipts", NUMBER, "--follow", "--format", "json")
    expected = {"version": 1, **ITEM["receipt"]}
    assert [json.loads(line) for line in result.output.splitlines()] == [expected] * 2
    assert answering.asked == [("receipts", {"outcomes": [], "limit": 20, "follow": True})]


def test_a_server_that_is_followed_may_end(answering: Answering) -> None:
    """That is no failure, unless it had to answer."""
    answering.answer(None, ITEM)
    result = run("receipts", NUMBER, "--follow")
    assert (result.exit_code, result.stderr) == (0, f"process {NUMBER} has ended\n")
    assert run("receipts", NUMBER).exit_code == 1


def test_a_receipt_is_explained_by_its_server(answering: Answering) -> None:
    """As a text, or as data in the form that a call has."""
    answering.answer(ITEM)
    assert run("explain", "49f6f9-1", NUMBER).output == (
        "receipt 49f6f9-1: comments.check_comment: deny\n  1. words: deny, \\x1bno\n"
    )
    assert answering.asked == [("receipt", {"id": "49f6f9-1"})]
    shown = json.loads(run("explain", "49f6f9-1", NUMBER, "--format", "json").output)
    files = [{"file": NUMBER, "receipt": ITEM["receipt"]}]
    assert shown == {"version": 1, "files": files, "differs": None}
    result = run("explain", "49f6f9-1", NUMBER, "author=ann")
    assert (result.exit_code, "a receipt has no arguments" in result.output) == (2, True)


def test_data_controls_no_terminal(answering: Answering) -> None:
    """And is JSON all the same; letters of all languages are as they are."""
    text = "\x7f \x9b \u202e ü"
    answering.answer({}, {"receipt": {"id": text}}, {"receipt": {"id": "ü"}})
    shown, plain = run("receipts", NUMBER, "--format", "json").output.splitlines()
    assert (json.loads(shown)["id"], shown.isprintable()) == (text, True)
    assert plain == '{"version": 1, "id": "ü"}'

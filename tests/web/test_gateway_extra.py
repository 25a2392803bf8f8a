"""Denials whose extra facts cannot be told in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostkit import Deny
from hostkit.web import Gateway, Router
from tests.web.conftest import ask, make_host

if TYPE_CHECKING:
    import pytest


def test_facts_that_json_cannot_write_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """The denial stays a denial, with the other facts; the log says what is missing."""
    denial = Deny("no", "not here", odd=object(), infinite=float("inf"), fine=1)
    host = make_host(check_comment=lambda *_: denial)
    root = Router({"/_hostkit/hooks": Gateway(host)})
    path = "/_hostkit/hooks/comments/check_comment"
    answer = ask(root, "POST", path, b'{"author": "ann"}')
    assert (answer.status, answer.json["errcode"], answer.json["fine"]) == (403, "no", 1)
    assert {"odd", "infinite"}.isdisjoint(answer.json)
    assert {record.name for record in caplog.records} == {"hostkit.modules.words"}
    assert len(caplog.records) == 2


def test_a_result_that_is_too_deep_is_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """The log names the hook, and not every level of the result."""
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    host = make_host(find_title=lambda text: deep)
    root = Router({"/_hostkit/hooks": Gateway(host)})
    answer = ask(root, "POST", "/_hostkit/hooks/comments/find_title", b'{"text": "hi"}')
    assert (answer.status, answer.json["errcode"]) == (500, "internal_error")
    (record,) = caplog.records
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == (
        "the result of comments.find_title is nested too deep for JSON"
    )

from __future__ import annotations

import pytest

from hostkit.web import ErrorPage
from tests.web.conftest import ask, serve


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_an_error_page_answers_every_method(method: str) -> None:
    """Whatever is asked of it, an error page answers with its status and its error in JSON."""
    answer = ask(ErrorPage(404, "not_found", "nothing is here"), method, "/")
    assert (answer.status, answer.headers["content-type"]) == (404, "application/json")
    assert answer.json == {"errcode": "not_found", "error": "nothing is here"}


def test_an_error_page_answers_head_without_a_body() -> None:
    """HEAD gets the status and the headers alone."""
    answer = ask(ErrorPage(410, "gone", "it was here"), "HEAD", "/")
    assert (answer.status, answer.body) == (410, b"")


def test_an_error_page_stands_for_everything_below_it() -> None:
    """An error page has no children, so longer paths lead to it as well."""
    assert ask(ErrorPage(404, "not_found", "nothing"), "GET", "/a/b/c").status == 404


def test_a_body_ends_its_line() -> None:
    """A terminal's prompt stands in a line of its own after the answer."""
    assert ask(serve(lambda _: {"a": "ä"}), "GET", "/a").body == b'{"a": "\\u00e4"}\n'


@pytest.mark.parametrize("value", [object, float("nan"), float("inf")])
def test_what_json_cannot_write_is_refused(value: object, caplog: pytest.LogCaptureFixture) -> None:
    """A body that JSON has no form for is an error, and nothing of it is sent."""
    answer = ask(serve(lambda _: {"value": value}), "GET", "/a")
    assert (answer.status, answer.json["errcode"]) == (500, "internal_error")
    assert "cannot be serialised: " in caplog.text

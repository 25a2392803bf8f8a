from __future__ import annotations

import logging

import pytest

from hostkit.testing import Answer, Requested, capture_logs, fake_http, run


def test_an_answer_that_is_not_json_shows_itself() -> None:
    """With its status, as it is often an error page."""
    assert Answer(200, {}, b"[1]").json == [1]
    with pytest.raises(AssertionError, match=r"status 502 is not JSON: .*\n.*<html>"):
        _ = Answer(502, {}, b"<html>").json


def test_other_servers_are_stood_in_for() -> None:
    """They answer by method and URL, or by URL, and note what they were sent."""
    http = fake_http(
        {
            "GET http://list": ["casino"],
            "http://gone": 410,
            "http://page": Answer(200, {}, b"page"),
            "http://echo": lambda requested: Answer(200, {}, requested.body),
            "http://down": ConnectionError("down"),
        }
    )
    assert run(http.request("GET", "http://list")).json == ["casino"]
    assert run(http.request("GET", "http://gone")).status == 410
    assert run(http.request("GET", "http://page")).body == b"page"
    assert run(http.request("POST", "http://echo", body=b"hi", headers={"a": "b"})).body == b"hi"
    with pytest.raises(ConnectionError, match="down"):
        run(http.request("GET", "http://down"))
    with pytest.raises(LookupError, match="nothing answers POST http://list; routes: GET http"):
        run(http.request("POST", "http://list"))
    assert http.requests[3] == Requested("POST", "http://echo", {"a": "b"}, b"hi")


def test_logs_are_captured() -> None:
    """What a module logs, or all that is logged by hostkit; afterwards all is as it was."""
    logger = logging.getLogger("hostkit.modules.words")
    before = (logger.level, list(logger.handlers))
    with capture_logs("words") as logs, capture_logs(level=logging.WARNING) as severe:
        logger.info("%d words", 3)
        logger.warning("no words")
        logging.getLogger("hostkit.modules.other").debug("other")
    assert logs.messages == ["3 words", "no words"]
    assert logs.text == "INFO 3 words\nWARNING no words"
    assert [record.levelname for record in severe.records] == ["WARNING"]
    assert (logger.level, list(logger.handlers)) == before


def test_logs_that_are_more_detailed_stay_so(caplog: pytest.LogCaptureFixture) -> None:
    """Capturing warnings does not keep debug lines from others."""
    caplog.set_level(logging.DEBUG, "hostkit")
    with capture_logs(level=logging.WARNING):
        assert logging.getLogger("hostkit").level == logging.DEBUG

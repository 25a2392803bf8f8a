"""The state of a connection that comes and goes."""

from __future__ import annotations

import logging

import pytest
from twisted.internet.defer import CancelledError
from twisted.python.failure import Failure

from hostkit.messages import RedisChannel, RedisLink


@pytest.fixture
def link(caplog: pytest.LogCaptureFixture) -> RedisLink:
    caplog.set_level(logging.INFO)
    return RedisLink()


def test_a_connection_is_reported(link: RedisLink, caplog: pytest.LogCaptureFixture) -> None:
    """Results from before it are dropped, since invalidations may have been missed."""
    before = bool(link.tried.called)
    link.up()
    assert (before, link.tried.called) == (False, True)
    (record,) = caplog.records
    assert "connected to Redis, to receive" in record.getMessage()


def test_a_lost_connection_is_reported_once(
    link: RedisLink, caplog: pytest.LogCaptureFixture
) -> None:
    """So is a new connection, after which everything is dropped."""
    link.up()
    for _ in range(3):
        link.down(OSError("refused"))
    link.up()
    link.down(OSError("reset"))
    assert [
        (record.levelno, word)
        for record in caplog.records
        for word in (
            "connected to Redis, to receive",
            "refused",
            "connected to Redis again",
            "reset",
        )
        if word in record.getMessage()
    ] == [
        (logging.INFO, "connected to Redis, to receive"),
        (logging.WARNING, "refused"),
        (logging.INFO, "connected to Redis again"),
        (logging.WARNING, "reset"),
    ]


def test_a_missing_server_is_reported(link: RedisLink, caplog: pytest.LogCaptureFixture) -> None:
    """The host continues without it."""
    link.down(OSError("refused"))
    assert link.tried.called
    (record,) = caplog.records
    assert "no connection to Redis: refused" in record.getMessage()


def test_a_failure_of_the_client_is_reported(
    link: RedisLink, caplog: pytest.LogCaptureFixture
) -> None:
    """It would be a bug in it or in hostkit, so it is logged with a traceback."""
    link.end(Failure(KeyError("what")))
    (record,) = caplog.records
    assert (link.tried.called, record.levelno) == (True, logging.CRITICAL)
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], KeyError)


def test_the_end_of_the_host_is_not_reported(
    link: RedisLink, caplog: pytest.LogCaptureFixture
) -> None:
    """Listening ends because the host was stopped."""
    link.up()
    caplog.clear()
    link.end(Failure(CancelledError()))
    assert caplog.records == []


def test_another_reason_is_reported_too(link: RedisLink, caplog: pytest.LogCaptureFixture) -> None:
    """A server that comes back may refuse the password, which nobody would find out otherwise."""
    link.up()
    for _ in range(2):
        caplog.clear()
        for error in (OSError("reset"), OSError("refused"), ValueError("wrong password")):
            link.down(error)
            link.down(error)
        assert [record.getMessage().partition(";")[0] for record in caplog.records] == [
            "lost the connection to Redis: reset",
            "still no connection to Redis: wrong password",
        ]
        link.up()


def test_what_is_not_known_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client may quote anything."""

    def reject(*_: object, **__: object) -> None:
        raise ValueError("hunter2 is odd")

    monkeypatch.setattr("redis.asyncio.ConnectionPool.from_url", reject)
    with pytest.raises(ValueError, match=r"^the client rejects it$"):
        RedisChannel("redis://:hunter2@localhost")

"""A connection that comes and goes."""

from __future__ import annotations

import logging
from typing import Any, cast

import pytest
from twisted.internet.defer import CancelledError
from twisted.python.failure import Failure

from hostkit.caching._link import Link


class Ear:
    """Stands for `Invalidations`."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def heard(self, text: bytes) -> None:
        self.told.append(text)

    def drop_all(self) -> None:
        self.told.append("all")


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def link(ear: Ear, caplog: pytest.LogCaptureFixture) -> Link:
    caplog.set_level(logging.INFO)
    return Link(cast("Any", ear))


def test_there_is_a_connection(link: Link, ear: Ear, caplog: pytest.LogCaptureFixture) -> None:
    """What was cached before it is dropped, as nobody would have told of it."""
    assert not link.tried.called
    link.up()
    assert (link.tried.called, ear.told) == (True, ["all"])
    (record,) = caplog.records
    assert "connected to Redis, to hear" in record.getMessage()
    link.heard(b"text")
    assert ear.told == ["all", b"text"]


def test_a_lost_connection_is_told_once(
    link: Link, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    """So is that it is there again, with what that means; then everything is dropped."""
    link.up()
    for _ in range(3):
        link.down(OSError("refused"))
    assert ear.told == ["all"]
    link.up()
    assert ear.told == ["all", "all"]
    link.down(OSError("reset"))
    assert [
        (record.levelno, word)
        for record in caplog.records
        for word in ("connected to Redis, to hear", "refused", "connected to Redis again", "reset")
        if word in record.getMessage()
    ] == [
        (logging.INFO, "connected to Redis, to hear"),
        (logging.WARNING, "refused"),
        (logging.INFO, "connected to Redis again"),
        (logging.WARNING, "reset"),
    ]


def test_a_server_that_is_not_there_is_told(
    link: Link, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    """A host then goes on without it."""
    link.down(OSError("refused"))
    assert (link.tried.called, ear.told) == (True, [])
    (record,) = caplog.records
    assert "no connection to Redis: refused" in record.getMessage()


def test_a_client_that_fails_is_told(link: Link, caplog: pytest.LogCaptureFixture) -> None:
    """That would be a mistake in it or in hostkit, so with a traceback; nobody waits for it."""
    link.end(Failure(KeyError("what")))
    (record,) = caplog.records
    assert (link.tried.called, record.levelno) == (True, logging.CRITICAL)
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], KeyError)


def test_the_end_of_the_host_is_no_news(link: Link, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody listens any more, as was asked for."""
    link.up()
    caplog.clear()
    link.end(Failure(CancelledError()))
    assert caplog.records == []

"""What the limits of connections are measured by."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from twisted.internet.selectreactor import SelectReactor
from twisted.web.http import Request

from hostkit.config import Listener
from hostkit.web._site import HostSite
from tests.web.line import Count

if TYPE_CHECKING:
    import pytest


def make(*, access_log: bool = False) -> HostSite:
    """Make a site on a reactor as Twisted makes it."""
    listener = Listener("tcp:0", access_log=access_log)
    return HostSite(Count(), listener, SelectReactor())  # type: ignore[no-untyped-call]


def test_deadlines_are_not_those_of_the_time_of_day() -> None:
    """A clock that is set keeps no slow client, and cuts off nobody."""
    assert make().seconds is time.monotonic


def test_the_access_log_has_the_time_of_day(caplog: pytest.LogCaptureFixture) -> None:
    """Not that of the deadlines."""
    caplog.set_level("INFO", "hostkit.access")

    class Answered(Request):
        def __init__(self) -> None:
            self.uri = self.clientproto = b"/"
            self.getHeader = lambda _: None  # type: ignore[assignment]
            self.getClientAddress = lambda: None  # type: ignore[method-assign]

    make(access_log=True).log(Answered())
    assert datetime.now(UTC).strftime("%b/%Y") in caplog.text

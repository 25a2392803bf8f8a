"""Twisted still has the names without a public counterpart that hostkit relies on."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from twisted.internet import defer
from twisted.internet.testing import StringTransport
from twisted.web.http import HTTPChannel, HTTPFactory

from hostkit.web._twisted_private import TwistedChannel, parse_endpoint  # its names are Twisted's


class Seen(TwistedChannel):
    """A channel that notes what it is told."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.refused = 0
        self.urls: list[tuple[bytes, int, int, bool]] = []
        self.chunks: list[bytes] = []

    def refuse_unreadable(self) -> None:
        """Count what cannot be read."""
        self.refused += 1

    def allHeadersReceived(self) -> None:  # noqa: N802 -- Twisted's name
        """Note the state in which a request is."""
        self.urls.append((self.url, self.headers_size, self.headers_count, self.is_handling))
        super().allHeadersReceived()  # type: ignore[no-untyped-call]
        if self.length is None:
            self.give_chunks(self.chunks.append)


def connect() -> Any:
    """Connect a channel, as a listener does."""
    channel: Any = Seen()
    channel.factory = channel.site = HTTPFactory()
    channel.makeConnection(StringTransport())
    channel.setTimeout(None)
    return channel


def test_the_state_of_a_channel_can_be_seen() -> None:
    """The URL, the size of the headers, and whether a request is handled."""
    channel = connect()
    assert not channel.is_sending
    channel.read(b"GET /a?b HTTP/1.1\r\nHost: localhost\r\n\r\n")
    ((url, size, count, is_handling),) = channel.urls
    assert (url, count, is_handling) == (b"/a?b", 1, False)
    assert size > len(b"Host: localhost")
    assert channel.is_handling


def test_a_channel_knows_that_its_client_takes_nothing() -> None:
    """Its transport pauses it until what was written is taken."""
    channel = connect()
    channel.pauseProducing()
    assert channel.is_sending
    channel.resumeProducing()
    assert not channel.is_sending


def test_a_channel_knows_what_it_has_not_read() -> None:
    """What is left of a line, and whether it reads just now."""
    channel = connect()
    assert (channel.has_unread, channel.is_reading, channel.method) == (False, False, b"")
    channel.read(b"HEAD / HTTP/1.1\r\nHo")
    assert (channel.has_unread, channel.is_reading, channel.method) == (True, False, b"HEAD")


def test_a_channel_reads_from_the_network_when_it_may() -> None:
    """Not if it has read much already that waits for an answer."""
    channel = connect()
    channel.pause_reading()
    assert channel.transport.producerState == "paused"
    channel.resume_reading()
    assert channel.transport.producerState == "producing"
    channel.read(b"GET / HTTP/1.1\r\n\r\n")
    channel.read(b"x" * 20_000)
    assert channel.transport.producerState == "paused"
    channel.resume_reading()
    assert channel.transport.producerState == "paused"


def test_chunks_can_be_counted() -> None:
    """They are given to a function before the request has them."""
    channel = connect()
    channel.read(
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n"
    )
    assert channel.chunks == [b"hi"]
    channel.requests[-1].content.close()


def test_what_cannot_be_read_is_reported() -> None:
    """Twisted has one place for it."""
    channel = connect()
    channel.read(b"nonsense\r\n")
    assert channel.refused == 1
    channel.note_line(b"x" * 9)
    assert channel.headers_size == 9


@pytest.mark.parametrize("name", ["_protocolUpgradeForWebsockets", "setTimeout"])
def test_what_is_overridden_exists(name: str) -> None:
    """Nothing would call it otherwise."""
    assert inspect.isfunction(getattr(HTTPChannel, name))


def test_endpoints_are_parsed_as_twisted_does() -> None:
    """Into arguments and options."""
    assert parse_endpoint(r"tcp:80:interface=\:\:1") == (
        ["tcp", "80"],
        {"interface": "::1"},
    )


def test_the_module_that_drives_coroutines_has_its_name() -> None:
    """`hostkit.loops` finds Twisted's frames on the stack by it."""
    assert defer.Deferred.__module__ == "twisted.internet.defer"
    assert defer.inlineCallbacks.__globals__["__name__"] == defer.Deferred.__module__


@pytest.mark.parametrize("method", ["pipelined", "refuse_unreadable", "upgraded"])
def test_a_channel_has_to_say_what_it_does_then(method: str) -> None:
    """These are for subclasses."""
    with pytest.raises(NotImplementedError):
        getattr(TwistedChannel(), method)()  # type: ignore[no-untyped-call]

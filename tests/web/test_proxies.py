"""Whose address a request has that comes through a proxy."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.address import HostnameAddress, IPv4Address, IPv6Address, UNIXAddress

from hostkit.config import Settings, StructureErrors, structure
from tests.web.line import Line, make_site
from tests.web.pages import Bare, Held

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress
    from twisted.web.server import Request


class Client(Bare):
    """Says who its client is, and whether it uses HTTPS."""

    def render_GET(self, request: Request) -> bytes:  # noqa: N802 -- so named by Twisted
        address: Any = request.getClientAddress()
        return f"{getattr(address, 'host', 'a socket')} {request.isSecure()}".encode()


def peer(host: str) -> IAddress:
    """Give the address of the other end of a connection."""
    if host == "unix":
        return UNIXAddress(None)
    if host == "a name":
        return HostnameAddress(b"proxy.example", 1)
    return (IPv6Address if ":" in host else IPv4Address)("TCP", host, 1)


def client(trusted: list[str] | None, connected: str, *headers: str) -> str:
    """Ask a page who its client is."""
    site = make_site(
        pages={"/client": Client()}, trusted_proxies=None if trusted is None else tuple(trusted)
    )
    line = Line(site, peer=peer(connected))
    line.get("/client", *headers)
    return line.answer.text


@pytest.mark.parametrize(
    ("trusted", "connected", "said", "expected"),
    [
        (None, "10.0.0.1", "1.2.3.4", "10.0.0.1"),
        (["10.0.0.2"], "10.0.0.1", "1.2.3.4", "10.0.0.1"),
        (["10.0.0.1"], "10.0.0.1", "1.2.3.4", "1.2.3.4"),
        (["10.0.0.0/8"], "10.9.8.7", "1.2.3.4", "1.2.3.4"),
        (["10.0.0.0/8"], "10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        (["10.0.0.0/8"], "10.0.0.1", "6.6.6.6, 1.2.3.4 ,10.0.0.2,", "1.2.3.4"),
        (["10.0.0.0/8"], "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        (["10.0.0.0/8"], "10.0.0.1", "1.2.3.4, unknown, 10.0.0.2", "10.0.0.2"),
        (["10.0.0.0/8"], "10.0.0.1", "1.2.3.4, unknown", "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "\xff", "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "", "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "1.2.3.4:5678", "1.2.3.4"),
        (["10.0.0.0/8"], "10.0.0.1", "[2001:db8::1]:5678", "2001:db8::1"),
        (["10.0.0.0/8"], "10.0.0.1", "2001:DB8:0:0::1", "2001:db8::1"),
        (["10.0.0.0/8"], "::ffff:10.0.0.1", "::ffff:1.2.3.4", "1.2.3.4"),
        (["fd00::/8"], "fd00::1", "1.2.3.4", "1.2.3.4"),
        (["fe80::/10"], "fe80::1%eth0", "1.2.3.4", "1.2.3.4"),
    ],
)
def test_only_trusted_proxies_name_clients(
    trusted: list[str] | None, connected: str, said: str, expected: str
) -> None:
    """Anybody can write the header; what a trusted one has added stands at its end."""
    assert client(trusted, connected, f"X-Forwarded-For: {said}") == f"{expected} False"


def test_a_header_may_stand_there_several_times() -> None:
    """Together they are one list."""
    headers = ("X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 1.2.3.4, 10.0.0.2")
    assert client(["10.0.0.0/8"], "10.0.0.1", *headers) == "1.2.3.4 False"


def test_a_unix_socket_has_to_be_trusted_by_its_name() -> None:
    """Programs of other users may be able to connect to it."""
    said = "X-Forwarded-For: 1.2.3.4"
    assert client(["unix"], "unix", said) == "1.2.3.4 False"
    assert client(["10.0.0.0/8"], "unix", said) == "a socket False"
    assert client(["unix"], "a name", said) == "a socket False"


@pytest.mark.parametrize(
    ("connected", "said", "expected"),
    [
        ("10.0.0.1", "https", True),
        ("10.0.0.1", "http", False),
        ("10.0.0.1", "https, http", False),
        ("10.0.0.9", "https", False),
    ],
)
def test_a_trusted_proxy_says_whether_it_was_asked_by_https(
    connected: str, said: str, expected: bool
) -> None:
    """So cookies are as safe as with TLS of one's own; what two proxies say in turn is unclear."""
    assert client(["10.0.0.1"], connected, f"X-Forwarded-Proto: {said}").endswith(str(expected))


def test_the_access_log_has_the_client(caplog: pytest.LogCaptureFixture) -> None:
    """Also where a request is refused before it is handled, or its client has left."""
    caplog.set_level(logging.INFO, logger="hostkit.access")
    held = Held()
    site = make_site(pages={"/held": held}, trusted_proxies=("10.0.0.1",), access_log=True, url=20)
    for path in ("/" + "x" * 50, "/held"):
        line = Line(site, peer=peer("10.0.0.1"))
        line.get(path, "X-Forwarded-For: 1.2.3.4")
    (request,) = held.requests
    line.hang_up()
    assert [record.getMessage().split()[0] for record in caplog.records] == ['"1.2.3.4"'] * len(
        caplog.records
    )
    assert (len(caplog.records) > 0, request.getClientAddress().host) == (True, "1.2.3.4")


@pytest.mark.parametrize(
    "proxy", ["", "localhost", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.1:80", "[::1]", "unix:/x", "*"]
)
def test_a_proxy_is_an_address_or_a_network(proxy: str) -> None:
    """A name could change what it means, and bits after a network are a slip."""
    listener = {"endpoint": "x", "trusted_proxies": ["127.0.0.1", "fd00::/8", "unix", proxy]}
    with pytest.raises(StructureErrors) as caught:
        structure({"listeners": [listener]}, Settings)
    (fault,) = caught.value.faults
    assert (fault.code, fault.path) == ("HK027", ("listeners", 0, "trusted_proxies", 3))
    assert "a network such as 10.0.0.0/8" in str(fault.expected)

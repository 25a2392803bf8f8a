from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest
from twisted.internet.defer import CancelledError
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from hostkit.http import HttpCallError, HttpUnreachableError

# A proxy that says nonsense, at every byte.
from hostkit.http._proxies import Proxy, _TunnelFactory, _TunnelProtocol, find_proxy
from tests.http.conftest import Client
from tests.http.servers import Answering, Heard, Peer, Server, always, serving


@attrs.define
class Relay:
    """A proxy that opens tunnels; or answers CONNECT otherwise."""

    answer: bytes = b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n"
    heard: list[Heard] = attrs.field(factory=list)

    async def __call__(self, heard: Heard, peer: Peer) -> None:
        self.heard.append(heard)
        if heard.method != "CONNECT":
            await peer.answer(200, b"through the proxy")
            return
        host, _, port = heard.path.rpartition(":")
        await peer.send(self.answer)
        if not self.answer.startswith(b"HTTP/1.1 200"):
            await peer.gone()
            return
        reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        try:
            await asyncio.gather(pump(peer.reader, writer), pump(reader, peer.writer))
        finally:
            writer.close()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


@asynccontextmanager
async def proxied(
    relay: Answering, monkeypatch: pytest.MonkeyPatch, user: str = ""
) -> AsyncIterator[Server]:
    """Serve as a proxy that the environment names."""
    async with serving(relay) as server:
        url = server.url.replace("://", f"://{user}")
        monkeypatch.setenv("HTTP_PROXY", url)
        monkeypatch.setenv("HTTPS_PROXY", url)
        yield server


async def test_http_goes_through_the_proxy(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the whole URL, and the credentials of the proxy, which no other server is sent."""
    relay = Relay()
    async with proxied(relay, monkeypatch, "ann:p%40ss@"), client() as http:
        assert await http.get_raw("http://x.example/a?b") == b"through the proxy"
        assert await http.get_raw("http://y.example/") == b"through the proxy"
        async with serving(always(200, b"direct")) as direct:
            monkeypatch.setenv("NO_PROXY", "127.0.0.1,other.example")
            assert await http.get_raw(direct.url) == b"direct"
    first, second = relay.heard
    assert (first.method, first.path) == ("GET", "http://x.example/a?b")
    assert first.headers["host"] == "x.example"
    assert first.headers["proxy-authorization"] == "Basic YW5uOnBAc3M="
    assert second.path == "http://y.example/"
    assert "proxy-authorization" not in direct.heard[0].headers


async def test_https_goes_through_a_tunnel(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The proxy sees neither the path nor anything else; the connection is kept."""
    relay = Relay()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "x.crt"))
    async with (
        serving(always(200, b"secret"), tls=tmp_path) as inner,
        proxied(relay, monkeypatch, "ann:pass@"),
        client() as http,
    ):
        assert await http.get_raw(f"{inner.url}/x") == b"secret"
        assert await http.get_raw(f"{inner.url}/y") == b"secret"
    (heard,) = relay.heard
    assert (heard.method, heard.path) == ("CONNECT", f"localhost:{inner.port}")
    assert heard.headers["proxy-authorization"] == "Basic YW5uOnBhc3M="
    assert [each.path for each in inner.heard] == ["/x", "/y"]
    assert "proxy-authorization" not in inner.heard[0].headers


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "'407 Proxy Authentication Req"),
        (b"HTTP/1.1 503 " + b"\x1b[1m" * 3 + b"\r\n\r\n", r"'503 \x1b[1m"),
        (b"SSH-2.0-x\r\n\r\n", "it has answered CONNECT with ''"),
        (b"x" * 70_000, "its answer to CONNECT is too long"),
    ],
)
async def test_a_proxy_may_refuse(
    answer: bytes, said: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is an outage; the message shows what it has said."""
    relay = Relay(answer)
    async with proxied(relay, monkeypatch), client() as http:
        with pytest.raises(HttpUnreachableError) as raised:
            await http.get_raw("https://x.example/", retries=0)
    assert raised.value.code == "HK503"
    assert "opens no tunnel to x.example:443: " in str(raised.value)
    assert said in str(raised.value)


async def test_a_proxy_may_be_gone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or close the connection, or not answer: all is over in time."""

    async def closes(_: Heard, peer: Peer) -> None:
        peer.close()

    async def silent(_: Heard, peer: Peer) -> None:
        await peer.gone()

    async with proxied(closes, monkeypatch), client() as http:
        with pytest.raises(HttpUnreachableError, match="it has closed the connection"):
            await http.get_raw("https://x.example/", retries=0)
    async with proxied(silent, monkeypatch) as proxy, client(timeout="100ms") as http:
        with pytest.raises(HttpUnreachableError, match=r"within 0\.1 s"):
            await http.get_raw("https://x.example/", retries=0)
        await proxy.closed.wait()
    async with client() as http:
        with pytest.raises(HttpUnreachableError, match="it cannot be connected to"):
            await http.get_raw("https://x.example/", retries=0)


def test_a_tunnel_is_opened_in_any_pieces() -> None:
    """What comes with the end of the proxy's answer is for the protocol within the tunnel."""

    class Inner(Protocol):
        data = b""
        is_over = False

        def dataReceived(self, data: bytes) -> None:  # noqa: N802 -- Twisted's
            self.data += data

        def connectionLost(self, reason: object = None) -> None:  # noqa: N802
            self.is_over = True

    inside: Any = Factory.forProtocol(Inner)
    factory = _TunnelFactory(Proxy("proxy", 1), "x:443", inside)
    tunnel: Any = factory.buildProtocol(None)
    tunnel.makeConnection(StringTransport())
    for piece in (b"HTTP/1.1 20", b"0 OK\r\n\r\nfirst", b" second"):
        tunnel.dataReceived(piece)
    tunnel.connectionLost(Failure(ConnectionDone()))
    inner = tunnel._inner
    assert (inner.data, inner.is_over) == (b"first second", True)
    assert tunnel.opened.result is inner


def test_a_tunnel_that_is_given_up_says_nothing() -> None:
    """Neither do further answers of its proxy."""
    tunnel = _TunnelProtocol(Proxy("proxy", 1), "x:443", Protocol())
    transport = StringTransport()
    tunnel.makeConnection(transport)  # type: ignore[no-untyped-call]
    tunnel.opened.addErrback(lambda failure: failure.trap(CancelledError))
    tunnel.opened.cancel()
    assert transport.disconnecting
    tunnel.dataReceived(b"x" * 70_000)
    tunnel.connectionLost(Failure(ConnectionLost()))


async def test_a_tunnel_leads_to_ipv6(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose addresses stand in brackets."""
    relay = Relay(b"HTTP/1.1 403 No\r\n\r\n")
    async with proxied(relay, monkeypatch), client() as http:
        with pytest.raises(HttpUnreachableError, match=r"no tunnel to \[::1\]:443"):
            await http.get_raw("https://[::1]/", retries=0)


async def test_a_proxy_may_be_spoken_to_in_tls(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """If its URL says so."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "x.crt"))
    async with serving(Relay(), tls=tmp_path) as proxy, client() as http:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert await http.get_raw("http://x.example/") == b"through the proxy"


async def test_addresses_cannot_be_checked_through_a_proxy(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So such requests fail, unless the operator says that the proxy checks them."""
    relay = Relay()
    async with proxied(relay, monkeypatch):
        async with client() as http:
            with pytest.raises(HttpCallError, match="goes through a proxy, which looks") as raised:
                await http.get_raw("http://x.example/", block_private_addresses=True)
        async with client(proxy_blocks_addresses=True) as http:
            body = await http.get_raw("http://x.example/", block_private_addresses=True)
    assert raised.value.code == "HK502"
    assert (body, len(relay.heard)) == (b"through the proxy", 1)


@pytest.mark.parametrize("url", ["socks5://x:1", "http://", "http://x:y", "http://[", "ftp://x"])
async def test_a_proxy_that_cannot_be_used_is_refused(
    url: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the name of its variable, as its value may have a password."""
    monkeypatch.setenv("HTTPS_PROXY", url)
    async with client() as http:
        with pytest.raises(HttpCallError, match="variable HTTPS_PROXY does not name") as raised:
            await http.get_raw("https://x.example/")
    assert raised.value.code == "HK509"


def test_the_environment_is_read_as_python_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """In small letters as well; a scheme may be missing, and so may a port."""
    monkeypatch.setenv("https_proxy", "proxy.example:3128")
    monkeypatch.setenv("http_proxy", "https://proxy.example")
    monkeypatch.setenv("no_proxy", "localhost,.inner.example,one.example:8080")
    assert find_proxy("https://x.example/") == Proxy("proxy.example", 3128)
    assert find_proxy("http://x.example/") == Proxy("proxy.example", 443, is_tls=True)
    assert find_proxy("https://localhost/") is None
    assert find_proxy("https://a.inner.example/") is None
    assert find_proxy("https://user@one.example:8080/") is None
    assert find_proxy("https://one.example/") is not None

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hostkit import Unavailable
from hostkit.http import HttpCallError, HttpUnreachableError
from tests.http.conftest import Client
from tests.http.servers import always, serving


async def test_certificates_are_checked(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Against the system's authorities, or those that the environment names."""
    async with serving(always(200, b"ok"), tls=tmp_path) as server:
        async with client() as http:
            with pytest.raises(HttpUnreachableError, match="certificate is not trusted") as raised:
                await http.get_raw(server.url)
            assert http._counts.retries == 0  # another attempt would not go better
        assert len(server.heard) == 0
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "x.crt"))
        async with client() as http:
            assert await http.get_raw(server.url) == b"ok"
    assert isinstance(raised.value, Unavailable)
    assert "hint: the environment variable SSL_CERT_FILE" in str(raised.value)


async def test_certificates_are_for_a_host(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """That of another one is refused."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "x.crt"))
    async with serving(always(200), tls=tmp_path) as server, client() as http:
        with pytest.raises(HttpUnreachableError, match="it is for another host"):
            await http.get_raw(server.url.replace("localhost", "127.0.0.1"))
        assert len(server.heard) == 0


async def test_what_speaks_no_tls_is_an_outage(client: Client) -> None:
    """The connection breaks off, which may be better next time."""

    def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server, client() as http:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(HttpUnreachableError, match="the connection broke off"):
            await http.get_raw(f"https://127.0.0.1:{port}/", retries=0)


async def test_a_name_that_no_certificate_can_have_is_refused(client: Client) -> None:
    """Such as one with an underscore."""
    async with client() as http:
        with pytest.raises(HttpCallError, match="cannot be sent") as raised:
            await http.get_raw("https://my_service.invalid/")
    assert raised.value.code == "HK501"

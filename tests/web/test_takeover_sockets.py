"""What a reload does to certificates and to UNIX sockets, on real sockets of this machine."""

from __future__ import annotations

import logging
import ssl
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.threads import deferToThreadPool

from hostkit import ConfigErrors, Host
from hostkit.web import Server
from tests.web.certificates import write_certificate
from tests.web.test_server_sockets import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Twisted gives OpenSSL what its newest version wants in another form.
pytestmark = pytest.mark.filterwarnings("ignore:Passing pyOpenSSL:DeprecationWarning")

FILE = """
hostkit:
  listeners:
    - {{endpoint: "{}:0:privateKey=key.pem:certKey=cert.pem:interface=127.0.0.1"}}
"""


async def fetch_certificate(reactor: Any, server: Server) -> str:
    """Connect, and give the certificate that the server shows."""
    port: Any = server.addresses[0]
    address = ("127.0.0.1", port.port)
    pool = reactor.getThreadPool()
    text: str = await deferToThreadPool(reactor, pool, ssl.get_server_certificate, address)
    return text


def make_server(folder: Path, reactor: Any) -> Server:
    """Make a server with one TLS listener."""
    file = folder / "host.yaml"
    file.write_text(FILE.format("ssl"))
    return Server(Host.from_file(file, categories=[], clock=reactor).build(), reactor)


def test_a_renewed_certificate_is_taken_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """New connections get it, on the port that stays open; the log says so."""
    caplog.set_level(logging.INFO)

    async def main(reactor: Any) -> None:
        first = write_certificate(tmp_path)
        server = make_server(tmp_path, reactor)
        await server.start()
        addresses = server.addresses
        assert await fetch_certificate(reactor, server) == first
        await server.reload()
        assert not any("has another certificate" in message for message in caplog.messages)
        second = write_certificate(tmp_path)
        await server.reload()
        assert await fetch_certificate(reactor, server) == second != first
        assert server.addresses == addresses
        await server.stop()

    run(main)
    assert len([each for each in caplog.messages if "has another certificate" in each]) == 1


def spoil_key(folder: Path) -> None:
    """Leave a key that is not the certificate's."""
    key = (folder / "key.pem").read_bytes()
    write_certificate(folder)
    (folder / "key.pem").write_bytes(key)


def spoil_strength(folder: Path) -> None:
    """Leave a key that is too short."""
    write_certificate(folder, is_weak=True)


@pytest.mark.parametrize("spoil", [spoil_key, spoil_strength])
def test_a_certificate_that_cannot_be_used_is_refused(
    spoil: Callable[[Path], None], tmp_path: Path
) -> None:
    """The server goes on with the one that it has, and the problem has its line."""

    async def main(reactor: Any) -> None:
        first = write_certificate(tmp_path)
        server = make_server(tmp_path, reactor)
        await server.start()
        spoil(tmp_path)
        with pytest.raises(ConfigErrors, match=r"4:18: HK402 .*(is not that of|key too small)"):
            await server.reload()
        assert await fetch_certificate(reactor, server) == first
        await server.stop()

    run(main)


def test_a_unix_socket_gets_another_mode(tmp_path: Path) -> None:
    """Its path stays the same."""

    def text(mode: str) -> str:
        return f"hostkit: {{listeners: [{{endpoint: 'unix:{tmp_path}/x.sock:mode={mode}'}}]}}"

    async def main(reactor: Any) -> list[int]:
        file = tmp_path / "host.yaml"
        file.write_text(text("660"))
        server = Server(Host.from_file(file, categories=[], clock=reactor).build(), reactor)
        await server.start()
        modes = [(tmp_path / "x.sock").stat().st_mode & 0o777]
        file.write_text(text("600"))
        await server.reload()
        modes.append((tmp_path / "x.sock").stat().st_mode & 0o777)
        await server.stop()
        return modes

    assert run(main) == [0o660, 0o600]

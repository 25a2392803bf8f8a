"""`hostkit serve` with TLS, over real sockets."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

from tests.cli.servers import LIMIT_SECONDS, port_of, serving, stop, wait_for
from tests.web.certificates import make_certificate

if TYPE_CHECKING:
    from pathlib import Path

    from tests.files import Write


def fetch(port: int, certificate: Path) -> bytes:
    """Ask for the health of a server, as a client that trusts only this certificate."""
    context = ssl.create_default_context(cafile=str(certificate))
    plain = socket.create_connection(("127.0.0.1", port), timeout=LIMIT_SECONDS)
    with context.wrap_socket(plain, server_hostname="localhost") as secure:
        secure.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b""
        while data := secure.recv(65536):
            answer += data
    return answer


def test_a_host_is_served_over_tls(tmp_path: Path, write: Write) -> None:
    """With key and certificate beside the config file."""
    _, certificate = make_certificate(tmp_path)
    endpoint = "ssl:0:privateKey=x.key:certKey=x.crt:interface=127.0.0.1"
    file = write(
        f"hostkit:\n  categories: []\n  listeners: [{{endpoint: '{endpoint}', serve: [health]}}]\n"
    )
    with serving(file) as process:
        line = wait_for(process, "listening on https://")
        assert line.endswith("/ for health\n")
        answer = fetch(port_of(line), certificate)
        rest = stop(process)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b'{"status": "alive"}\n')
    assert rest.endswith("INFO hostkit.serve: stopping\n")

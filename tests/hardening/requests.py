"""What attackers send."""

from __future__ import annotations

HELLO = b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
PAGE = b"GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n"
FILE = b"GET /file HTTP/1.1\r\nHost: localhost\r\n\r\n"
NEWS = b"GET /news HTTP/1.1\r\nHost: localhost\r\n\r\n"
SLOW = b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n"
ANN = b'{"guest": "ann", "door": "front"}'
TLS_HELLO = bytes.fromhex("16030100f1010000ed0303") + bytes(230)
ENTER = b"/_hostkit/hooks/doors/may_enter"
WAIT = b"/_hostkit/hooks/doors/may_wait"


def post(path: bytes, length: int, kind: bytes = b"application/json") -> bytes:
    """Write the headers of a request with a body."""
    return (
        b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
        % (path, kind, length)
    )

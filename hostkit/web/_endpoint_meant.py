"""What was meant by a string that is not an endpoint, written as one."""

from __future__ import annotations

import re
from typing import Final

WEB_KINDS: Final = {"http": "tcp", "https": "ssl"}
"""The kind of endpoint at which a URL's scheme is served."""


def from_url(text: str) -> str | None:
    """Write the endpoint that serves at a URL; `None` if the string is none."""
    web = re.fullmatch(r"(https?)://(\[.+\]|[^/:]*)(?::(\d+))?(?:/.*)?", text)
    if web is None:
        return None
    scheme, host, port = web.groups()
    return write_endpoint(WEB_KINDS[scheme], host, port or {"http": "80", "https": "443"}[scheme])


def guess(text: str) -> str | None:
    """Write what lacks a kind, such as ``127.0.0.1:8080``, as an endpoint."""
    address = re.fullmatch(r"(\[.+\]|\*|localhost|[\w-]*\.[\w.-]+)?:(\d+)", text)
    if address is not None:
        return write_endpoint("tcp", address[1] or "", address[2])
    if text.isdecimal():
        return f"tcp:{text}:interface=127.0.0.1"
    return f"unix:{text}" if text.startswith(("/", "./", "../")) else None


def write_endpoint(kind: str, host: str, port: str) -> str:
    """Write the endpoint that serves at a host and port."""
    keys = ":privateKey=key.pem:certKey=cert.pem" if kind == "ssl" else ""
    host = host.strip("[]")
    is_everywhere = host in {"", "*", "0.0.0.0"}  # noqa: S104 -- it is only written down
    interface = "" if is_everywhere else f":interface={escape(host)}"
    return f"{kind}:{port}{keys}{interface}"


def escape(value: str) -> str:
    """Write a value as a part of an endpoint."""
    return value.replace("\\", "\\\\").replace(":", "\\:").replace("=", "\\=")

"""`Hosts`: which host a request is for, and whether a listener answers for it."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, final

from hostkit.web._refusals import bad_host, wrong_host

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twisted.web.http_headers import Headers

# What RFC 3986 calls a host, and a port.
_FORM: Final = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::[0-9]*)?", re.ASCII)
_ABSOLUTE: Final = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?]*)(.*)", re.DOTALL)
_LOCAL_NAME: Final = "localhost"
_MOST_REMEMBERED: Final = 256


def split_target(target: bytes) -> tuple[bytes | None, bytes]:
    """Split what a request's first line names into a host, if it names one, and a URL's rest.

    Args:
        target: Such as ``/path?query``, or ``http://host/path?query`` as for a proxy.
    """
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute is None:
        return None, target
    authority, rest = absolute.groups()
    return authority, rest if rest.startswith(b"/") else b"/" + rest


def host_of(written: bytes) -> str | None:
    """Read the host, without its port, of a header ``Host``.

    Returns:
        In lower case, an IPv6 address in its short form and brackets; `None` if it is malformed.
    """
    found = _FORM.fullmatch(written)
    if found is None:
        return None
    host = found[1].decode("ascii").lower()
    if not host.startswith("["):
        return host.removesuffix(".")
    try:
        return f"[{ip_address(host[1:-1])}]"
    except ValueError:
        return None


def is_local(host: str) -> bool:
    """Whether a host, as `host_of` returns it, is this machine for every client.

    A page on the web can have its own name resolve to this machine, but not one of these.
    """
    if host == _LOCAL_NAME or host.endswith(f".{_LOCAL_NAME}"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@final
class Hosts:
    """Which hosts a listener answers for.

    Args:
        names: Their names; ``*.example.com`` is every one below ``example.com``, ``*`` every one.
            `None`: every one for most, see `refuse`.
    """

    def __init__(self, names: Iterable[str] | None) -> None:
        self._is_given = names is not None
        written = [name.lower().removesuffix(".") for name in names or ()]
        self._is_any = "*" in written
        self._endings = tuple(name[1:] for name in written if name.startswith("*."))
        self._names = {host_of(_bracketed(name).encode()) for name in written}
        # Attackers may send as many names as they like.
        self._judge_name = lru_cache(_MOST_REMEMBERED)(self._judge_name_anew)

    def refuse(
        self,
        authority: bytes | None,
        headers: Headers,
        is_new: bool,  # noqa: FBT001 -- names cost time in each request
        is_private: bool,  # noqa: FBT001
    ) -> bytes | None:
        """Decide whether a request is for another host.

        Args:
            authority: The host that its first line names, which is what counts then.
            headers: Its headers.
            is_new: Whether it is one of HTTP/1.1, which must name a host once.
            is_private: Whether no names are given, and yet it must be for this machine, since it
                is answered only as it comes from there.

        Returns:
            What refuses it; `None` if it is for a host that the listener answers for.
        """
        named = headers.getRawHeaders(b"host")
        if named is None:
            if is_new:
                return bad_host()
            # No browser sends one without.
            return wrong_host() if self._is_given and not self._is_any else None
        if len(named) > 1:
            return bad_host()
        refusal = self._judge_name(named[0], is_private)
        if authority is None or refusal == bad_host():
            return refusal
        return self._judge_name(authority, is_private)

    def _judge_name_anew(self, written: bytes, is_private: bool) -> bytes | None:  # noqa: FBT001
        host = host_of(written)
        if host is None:
            return bad_host()
        if self._is_given:
            is_good = self._is_any or host in self._names or host.endswith(self._endings)
        else:
            is_good = not is_private or is_local(host)
        return None if is_good else wrong_host()


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name and not name.startswith("[") else name

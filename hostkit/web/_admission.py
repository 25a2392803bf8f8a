"""`Admission`: whether a request is accepted, before anything of its body is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final
from urllib.parse import unquote_to_bytes

from hostkit.web._hosts import Hosts, split_target
from hostkit.web._own_pages import knows_token
from hostkit.web._refusals import body_too_long, unauthorized, url_too_long

if TYPE_CHECKING:
    from collections.abc import Collection

    from twisted.web.http_headers import Headers

    from hostkit.config import Listener

_NEW: Final = b"HTTP/1.1"


@final
class Admission:
    """What a listener's settings say about who is let in, and with what.

    Args:
        listener: The listener.
        always: Paths that are served to everybody, for whatever host and if there are too many
            requests.
        is_loopback: Whether the listener's port can be reached from this machine only.
    """

    def __init__(self, listener: Listener, always: Collection[bytes], *, is_loopback: bool) -> None:
        self._limits = listener.limits
        self._tokens = [token.encode() for token in listener.tokens]
        self.always = always
        self._hosts = Hosts(listener.hosts)
        self._serves_modules = "modules" in listener.serve
        # With a token it does not matter where a request comes from.
        self._is_for_this_machine = is_loopback and not self._tokens

    def judge(
        self, url: bytes, length: int | None, version: bytes, headers: Headers
    ) -> bytes | int:
        """Decide whether a request is accepted.

        Args:
            url: What its first line asks for, not decoded.
            length: How long its body is; `None` if that is not known yet.
            version: Its version of HTTP.
            headers: Its headers.

        Returns:
            What refuses it; if it is accepted, how long its body may be.
        """
        if len(url) > self._limits.url:
            return url_too_long(self._limits.url)
        authority, target = (None, url) if url.startswith(b"/") else split_target(url)
        # What most requests ask for needs no decoding.
        is_own = (b"_hostkit" in target or b"%" in target) and _is_own(target)
        if not (self.always and self.is_always(url)):
            refusal = self._hosts.refuse(
                authority, headers, version == _NEW, is_own and self._is_for_this_machine
            )
            if refusal is not None:
                return refusal
        limits = self._limits
        longest = limits.hooks_body if is_own or not self._serves_modules else limits.body
        if length == 0:
            return longest  # the token is looked at by the `Guard`, and the connection kept
        if is_own and self._tokens and not knows_token(headers, *self._tokens):
            return unauthorized()
        return body_too_long(longest) if length and length > longest else longest

    def is_always(self, url: bytes) -> bool:
        """Whether a URL is served to everybody.

        Args:
            url: The URL, not decoded.
        """
        return url.partition(b"?")[0] in self.always


def _is_own(target: bytes) -> bool:
    """Whether a URL is below ``/_hostkit``, however it is written."""
    if target.startswith(b"/_hostkit/"):
        return True
    path = unquote_to_bytes(target.partition(b"?")[0])
    return path.lstrip(b"/").partition(b"/")[0] == b"_hostkit"

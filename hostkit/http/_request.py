"""`HttpRequest`: what a module asks another server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, final

import attrs

from hostkit.http._urls import shown_url

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

NOTHING: Final[Any] = object()
"""Stands for a JSON value that is not given, as `None` is one."""

Params: TypeAlias = "Mapping[str, Any] | Sequence[tuple[str, Any]]"
"""What is added to the query of a URL: values, or lists of them, by name."""


@final
@attrs.frozen
class HttpRequest:
    """A request to another server. Its `repr` shows no secrets.

    Attributes:
        method: The method, in capitals.
        url: The URL.
        params: What is added to the query of the URL.
        headers: The headers.
        json: The value that is sent as JSON; `NOTHING` if there is none.
        form: The fields that are sent as a form.
        body: The body, if there is neither.
        max_bytes: The longest body of an answer, uncompressed.
        block_private_addresses: Whether only public addresses are connected to.
    """

    method: str
    url: str = attrs.field(repr=lambda url: repr(shown_url(url)))
    params: Params | None = attrs.field(default=None, repr=False)
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    json: Any = attrs.field(default=NOTHING, repr=False)
    form: Params | None = attrs.field(default=None, repr=False)
    body: bytes = attrs.field(default=b"", repr=False)
    max_bytes: int = 10 * 1024**2
    block_private_addresses: bool = False

    @property
    def shown(self) -> str:
        """The request in a message: method and URL, without what may be secret."""
        return f"{self.method} {shown_url(self.url)}"

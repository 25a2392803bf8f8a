"""`Call`: what a client asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from hookspecs import Codes, HomeserverError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hookspecs import JsonDict


@attrs.frozen
class Call:
    """What a client asks for.

    Attributes:
        path: The variable parts of the path, by name.
        body: The JSON object that was sent; empty for a request without one.
        token: The access token, if there is one.
        client: The client's user agent and address.
    """

    path: Mapping[str, str]
    body: JsonDict = attrs.field(repr=False)
    token: str | None = attrs.field(repr=False)
    client: tuple[str, str]

    def text(self, name: str) -> str:
        """Take a text from the body.

        Raises:
            HomeserverError: There is none.
        """
        value = self.optional_text(name)
        if value is None:
            raise HomeserverError(400, f"Missing parameter: {name}", Codes.MISSING_PARAM)
        return value

    def optional_text(self, name: str) -> str | None:
        """Take a text from the body, if it is there.

        Raises:
            HomeserverError: It is no text.
        """
        value = self.body.get(name)
        if value is not None and not isinstance(value, str):
            raise HomeserverError(400, f"Bad parameter: {name}", Codes.INVALID_PARAM)
        return value

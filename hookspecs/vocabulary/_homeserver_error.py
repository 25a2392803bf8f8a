"""`HomeserverError`: an answer that refuses a request, as an exception."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from hookspecs.vocabulary._codes import Codes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hookspecs.vocabulary._json import JsonDict


@final
class HomeserverError(Exception):
    """Raised by a module to refuse what is going on, with an answer of its own for the client.

    Args:
        code: The HTTP status.
        msg: What went wrong, in words for the user.
        errcode: What went wrong, for programs.
        additional_fields: More fields for the body of the answer.
    """

    def __init__(
        self,
        code: int,
        msg: str,
        errcode: str = Codes.UNKNOWN,
        additional_fields: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code, msg, errcode)
        self.code = code
        self.msg = msg
        self.errcode = errcode
        self.additional_fields: JsonDict = dict(additional_fields or {})

    def __str__(self) -> str:
        return f"{self.code} {self.errcode}: {self.msg}"

    def error_dict(self) -> JsonDict:
        """Make the body of the answer."""
        return {**self.additional_fields, "errcode": self.errcode, "error": self.msg}


def is_homeserver_error(error: Exception) -> bool:
    """Whether an exception says which answer a request is to get.

    That is so for a `HomeserverError`, and for any other with an HTTP status as ``code`` and a text
    as ``errcode``, since a host may have exceptions of its own.
    """
    try:
        code, errcode = error.code, error.errcode  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 -- it has none, or they are properties that raise
        return False
    return type(code) is int and isinstance(errcode, str)

"""`HttpError`: how code that answers requests says that something is wrong with one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, final

from hostkit.errors import HostkitError


@final
class HttpError(HostkitError):
    """An answer in place of the one that was asked for.

    A `JsonResource` makes of it ``{"errcode": code, "error": message}`` with the extra fields. Set
    headers that go with it, such as ``Retry-After``, on the request before raising it.

    Args:
        status: The HTTP status, 400 to 599.
        code: A short stable identifier, for programs.
        message: What is wrong and what to do, for people.
        extra: More fields of the answer.

    Raises:
        ValueError: The status is none of an error.
    """

    def __init__(self, status: int, code: str, message: str, /, **extra: Any) -> None:
        status = int(status)
        if not HTTPStatus.BAD_REQUEST <= status <= _LAST:
            raise ValueError(f"{status} is not the status of an error, which are 400 to {_LAST}")
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.extra = extra

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.message}"

    @property
    def body(self) -> dict[str, Any]:
        """What is answered."""
        return {**self.extra, "errcode": self.code, "error": self.message}


_LAST = 599

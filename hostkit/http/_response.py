"""`HttpResponse`: what another server answers; and the errors where it does not."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, final

import attrs

from hostkit.codes import Code
from hostkit.errors import CodedError, HostkitError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hostkit.http._request import HttpRequest

BUSY: Final = frozenset((429, 502, 503, 504))
"""The statuses with which a server says that it may answer later."""

_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([\w.:+-]+)", re.ASCII | re.IGNORECASE)
_SUCCESS: Final = range(200, 300)


@final
@attrs.frozen
class HttpResponse:
    """The answer of another server.

    Attributes:
        request: The request that was answered; after redirects, the last one.
        status: The status.
        headers: The headers, by their names in lower case; of several with one name, all in one
            string, with commas.
        body: The body, uncompressed.
    """

    request: HttpRequest
    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(default=b"", repr=lambda body: f"<{len(body)} bytes>")

    @property
    def code(self) -> int:
        """The status, by the name that it has in Twisted."""
        return self.status

    @property
    def url(self) -> str:
        """The URL that was answered; after redirects, the last one."""
        return self.request.url

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return self.status in _SUCCESS

    @property
    def text(self) -> str:
        """The body as a string, in the encoding that the headers name, or else UTF-8.

        What cannot be decoded is replaced.
        """
        found = _CHARSET.search(self.headers.get("content-type", ""))
        try:
            return self.body.decode(found[1] if found else "utf-8", "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The value that the body has in JSON.

        Raises:
            HttpCallError: It is not JSON (HK506).
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            why = "nested too deep" if isinstance(error, RecursionError) else error
            kind = self.headers.get("content-type", "of no type")
            refused = HttpCallError(
                Code.BAD_ANSWER,
                f"{self.request.shown} was answered with what is not JSON: {why}",
                details=(f"the answer: status {self.status}, {len(self.body)} bytes, {kind!r}",),
            )
            refused._response = self  # noqa: SLF001 -- its own module's
            raise refused from None

    def raise_for_status(self) -> HttpResponse:
        """Return the answer itself, if its status is 2xx.

        Raises:
            HttpStatusError: It is not.
        """
        if self.is_success:
            return self
        kind = HttpBusyError if self.status in BUSY else HttpStatusError
        raise kind(self.request.shown, self)


class HttpRequestError(HostkitError):
    """A request to another server has failed: the base of the others, to be caught."""

    _response: HttpResponse | None = None

    @property
    def response(self) -> HttpResponse | None:
        """What the server has answered; `None` if it has not."""
        return self._response


class HttpStatusError(HttpRequestError):
    """A server has answered, with a status that is not 2xx.

    Args:
        asked: The request, without secrets.
        response: The answer.

    Attributes:
        code: The status.
    """

    def __init__(self, asked: str, response: HttpResponse) -> None:
        super().__init__(f"{asked} was answered with {describe(response.status)}")
        self.code = response.status
        self._answer = response

    @property
    def response(self) -> HttpResponse:
        """What the server has answered."""
        return self._answer


@final
class HttpBusyError(HttpStatusError, Unavailable):
    """A server has answered that it cannot answer now (429, 502, 503, 504).

    To the chains it is an outage, as `hostkit.Unavailable` is.
    """

    def __init__(self, asked: str, response: HttpResponse) -> None:
        HttpStatusError.__init__(self, asked, response)
        self.reason = str(self)


class HttpCallError(HttpRequestError, CodedError):
    """A request was not sent, or what was answered is refused; `problem` says why.

    Its ``code`` is one of hostkit's (``HK...``), since there is no status.
    """


@final
class HttpUnreachableError(HttpCallError, Unavailable):
    """A server cannot be reached, does not answer in time, or breaks off.

    To the chains it is an outage, as `hostkit.Unavailable` is.

    Args:
        code: The code.
        message: What happened.
        hint: What to do.
        may_retry: Whether another attempt may go better.
    """

    def __init__(
        self, code: str, message: str, *, hint: str | None = None, may_retry: bool = True
    ) -> None:
        CodedError.__init__(self, code, message, hint=hint)
        self.reason = message
        self.may_retry = may_retry


def describe(status: int) -> str:
    """Write a status with its meaning, if it has one: ``404 Not Found``."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)

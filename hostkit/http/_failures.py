"""What Twisted's client fails with, in the words of `HttpRequestError`."""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING

from twisted.internet.defer import CancelledError
from twisted.internet.error import ConnectError, ConnectingCancelledError, DNSLookupError
from twisted.internet.error import TimeoutError as ConnectTimeoutError
from twisted.web._newclient import ParseError  # no public name, and nothing else says so

from hostkit.codes import Code
from hostkit.http._reading import TooLargeError
from hostkit.http._response import HttpCallError, HttpRequestError, HttpUnreachableError
from hostkit.presenting import exception_line

if TYPE_CHECKING:
    from hostkit.http._request import HttpRequest


def explain(error: Exception, request: HttpRequest) -> HttpRequestError:
    """Find the error to raise for what sending a request has failed with.

    Args:
        error: The exception.
        request: The request.
    """
    reason = _reason(error)
    if isinstance(reason, HttpRequestError):
        return reason
    asked = request.shown
    if isinstance(reason, TooLargeError):
        return HttpCallError(
            Code.ANSWER_TOO_LARGE,
            f"{asked} was answered with more than {request.max_bytes} bytes, and was cut off",
            hint="give max_bytes=, or raise hostkit: http: max_response:",
        )
    if isinstance(reason, ParseError | zlib.error | ValueError):  # a header's value, for instance
        said = exception_line(reason)
        return HttpCallError(Code.BAD_ANSWER, f"{asked} was answered with what is not HTTP: {said}")
    if isinstance(reason, DNSLookupError):
        said, hint = "its name is not known", "is the name right, and does the machine find it?"
    elif isinstance(reason, ConnectTimeoutError):
        said, hint = "it does not accept the connection in time", None
    elif isinstance(reason, ConnectError):
        why = "" if reason.osError is None else f" ({os.strerror(reason.osError)})"
        said, hint = f"it cannot be connected to{why}", None
    elif (certificate := _certificate(reason)) is not None:
        return HttpUnreachableError(
            Code.UNREACHABLE,
            f"{asked}: the server's certificate is not trusted: {certificate}",
            hint="the environment variable SSL_CERT_FILE names other authorities to trust",
            may_retry=False,
        )
    else:
        said, hint = f"the connection broke off: {exception_line(reason)}", None
    return HttpUnreachableError(Code.UNREACHABLE, f"{asked}: {said}", hint=hint)


def is_cancellation(error: Exception) -> bool:
    """Whether something failed because it was cancelled.

    Args:
        error: The exception.
    """
    return isinstance(_reason(error), CancelledError | ConnectingCancelledError)


def _reason(error: BaseException) -> BaseException:
    """Find the first cause in what Twisted wraps around it."""
    while reasons := getattr(error, "reasons", None):
        inner: list[BaseException] = [each.value for each in reasons]
        error = next((each for each in inner if isinstance(each, CancelledError)), inner[0])
    return error


def _certificate(error: BaseException) -> str | None:
    """What is wrong with the certificate of a server, if that is what has failed."""
    from OpenSSL.SSL import Error  # noqa: PLC0415 -- an extra
    from service_identity import VerificationError  # noqa: PLC0415 -- an extra

    if isinstance(error, VerificationError):
        return "it is for another host"
    if not isinstance(error, Error):
        return None
    found = [each[-1] for each in error.args[0]] if error.args and error.args[0] else []
    return ", ".join(found) if any("certificate" in each for each in found) else None

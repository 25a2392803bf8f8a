"""What a client has sent, and the answers when modules refuse its requests."""

import logging

from twisted.web.server import Request

from hookspecs import NOT_SPAM, Codes, JsonDict, Verdict, code_of, is_homeserver_error
from hostkit.web import HttpError


def text(body: JsonDict, name: str) -> str:
    """Read a string from the body of a request, or answer that it is missing."""
    value = body.get(name)
    if not isinstance(value, str):
        raise HttpError(400, Codes.MISSING_PARAM, f"{name} is missing, or not a string")
    return value


def client_of(request: Request) -> tuple[str, str]:
    """Describe the client for spam checkers: its user agent and its address."""
    return request.getHeader("user-agent") or "", request.getClientAddress().host


def refuse(verdict: Verdict | str, message: str) -> None:
    """Refuse a request unless the verdict is `NOT_SPAM`.

    Args:
        verdict: What a hook of `SpamChecker` gave.
        message: The message for the user, unless the verdict is one itself.

    Raises:
        HttpError: Status 403, with the code and the fields of the verdict.
    """
    if isinstance(verdict, tuple):
        code, fields = verdict
        raise HttpError(403, code, message, **fields)
    if verdict != NOT_SPAM:
        raise HttpError(403, Codes.FORBIDDEN, verdict)


def answer_to(error: Exception) -> HttpError:
    """Make the answer to a request of which the handling has raised.

    An exception with a status and a code says the answer itself. For all others, including the
    `hostkit.ModuleFailedError` of a module that could neither allow nor deny, it is status 500.
    """
    if is_homeserver_error(error):  # or a module's own with the same attributes
        code, errcode = getattr(error, "code", 500), getattr(error, "errcode", Codes.UNKNOWN)
        message, fields = getattr(error, "msg", error), getattr(error, "additional_fields", {})
        return HttpError(code, code_of(errcode) or errcode, str(message), **fields)
    logging.getLogger("homeserver").error("a request has failed: %s", error, exc_info=error)
    return HttpError(500, Codes.UNKNOWN, "Internal server error")

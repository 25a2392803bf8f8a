"""What a client has sent, and what it is told when modules do not let it have its way."""

import logging

from twisted.web.server import Request

from hookspecs import NOT_SPAM, Codes, JsonDict, Verdict, is_homeserver_error
from hostkit.web import HttpError


def text(body: JsonDict, name: str) -> str:
    """Take a text from the body of a request, or answer that it is missing."""
    value = body.get(name)
    if not isinstance(value, str):
        raise HttpError(400, Codes.MISSING_PARAM, f"{name} is missing, or no text")
    return value


def client_of(request: Request) -> tuple[str, str]:
    """Tell which client it is, as spam checkers are told: its name and its address."""
    return request.getHeader("user-agent") or "", request.getClientAddress().host


def refuse(verdict: Verdict | str, message: str) -> None:
    """Go on if nothing was found, and refuse the request otherwise.

    Args:
        verdict: What a hook of `SpamChecker` gave.
        message: What to tell the user, unless the verdict is a text for them.

    Raises:
        HttpError: Status 403, with the code and the fields of the verdict.
    """
    if isinstance(verdict, tuple):
        code, fields = verdict
        raise HttpError(403, code, message, **fields)
    if verdict != NOT_SPAM:
        raise HttpError(403, Codes.FORBIDDEN, verdict)


def answer_to(error: Exception) -> HttpError:
    """Find the answer for what was raised by a module, or on its way.

    An exception that says itself what to answer has its way. All others, also the
    `hostkit.ModuleFailedError` of a module that could neither allow nor deny, are nothing that the
    client can do something about.
    """
    if is_homeserver_error(error):  # a `HomeserverError`, or one that a module has brought along
        code, errcode = getattr(error, "code", 500), getattr(error, "errcode", Codes.UNKNOWN)
        message, fields = getattr(error, "msg", error), getattr(error, "additional_fields", {})
        return HttpError(code, errcode, str(message), **fields)
    logging.getLogger("homeserver").error("a request has failed: %s", error, exc_info=error)
    return HttpError(500, Codes.UNKNOWN, "Internal server error")

"""`answer_to`: what a client is told when a request fails."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from hookspecs import Codes, HomeserverError, is_homeserver_error

if TYPE_CHECKING:
    from hookspecs import JsonDict

_log: Final = logging.getLogger("homeserver")


def answer_to(error: Exception) -> tuple[int, JsonDict]:
    """Find the answer for what was raised, by the homeserver or by a module.

    An exception that says itself what to answer has its way. All others, also the
    `hostkit.ModuleFailedError` of a module that could neither allow nor deny, are nothing that the
    client can do something about.

    Returns:
        The HTTP status and the body.
    """
    if isinstance(error, HomeserverError):
        return error.code, error.error_dict()
    if is_homeserver_error(error):  # one that a module has brought along
        told = HomeserverError(
            getattr(error, "code", 500),
            getattr(error, "msg", str(error)),
            getattr(error, "errcode", Codes.UNKNOWN),
            getattr(error, "additional_fields", None),
        )
        return told.code, told.error_dict()
    _log.error("a request has failed: %s", error, exc_info=error)
    return 500, {"errcode": Codes.UNKNOWN, "error": "Internal server error"}

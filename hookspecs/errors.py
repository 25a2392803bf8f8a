"""Denials: standard error codes, the exception that carries one, and what each means in JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any, Final, final

from hostkit import Deny

_DENIED: Final = "denied"
_CODE: Final = re.compile(r"[A-Z][A-Z0-9_.]*")


@final
class Codes(StrEnum):
    """The error codes of the client-server and federation APIs, and some of proposals for them.

    A standard code is named as its value without ``M_``, except `EXPIRED_ACCOUNT`. Where Synapse
    has another name, that is an alias: `USER_ACCOUNT_SUSPENDED` is `USER_SUSPENDED`. A host that
    has an enumeration of its own can use that instead: every member of a string enumeration counts
    as a code.
    """

    APPSERVICE_LOGIN_UNSUPPORTED = "M_APPSERVICE_LOGIN_UNSUPPORTED"
    BAD_ALIAS = "M_BAD_ALIAS"
    BAD_JSON = "M_BAD_JSON"
    BAD_PAGINATION = "M_BAD_PAGINATION"
    BAD_STATE = "M_BAD_STATE"
    BAD_STATUS = "M_BAD_STATUS"
    CANNOT_LEAVE_SERVER_NOTICE_ROOM = "M_CANNOT_LEAVE_SERVER_NOTICE_ROOM"
    CANNOT_OVERWRITE_MEDIA = "M_CANNOT_OVERWRITE_MEDIA"
    CAPTCHA_INVALID = "M_CAPTCHA_INVALID"
    CAPTCHA_NEEDED = "M_CAPTCHA_NEEDED"
    CONNECTION_FAILED = "M_CONNECTION_FAILED"
    CONNECTION_TIMEOUT = "M_CONNECTION_TIMEOUT"
    CONSENT_NOT_GIVEN = "M_CONSENT_NOT_GIVEN"
    DUPLICATE_ANNOTATION = "M_DUPLICATE_ANNOTATION"
    EXCLUSIVE = "M_EXCLUSIVE"
    EXPIRED_ACCOUNT = "ORG_MATRIX_EXPIRED_ACCOUNT"
    FORBIDDEN = "M_FORBIDDEN"
    GUEST_ACCESS_FORBIDDEN = "M_GUEST_ACCESS_FORBIDDEN"
    INCOMPATIBLE_ROOM_VERSION = "M_INCOMPATIBLE_ROOM_VERSION"
    INVALID_PARAM = "M_INVALID_PARAM"
    INVALID_ROOM_STATE = "M_INVALID_ROOM_STATE"
    INVALID_SIGNATURE = "M_INVALID_SIGNATURE"
    INVALID_USERNAME = "M_INVALID_USERNAME"
    INVITE_BLOCKED = "M_INVITE_BLOCKED"
    KEY_TOO_LARGE = "M_KEY_TOO_LARGE"
    LIMIT_EXCEEDED = "M_LIMIT_EXCEEDED"
    MISSING_PARAM = "M_MISSING_PARAM"
    MISSING_TOKEN = "M_MISSING_TOKEN"  # noqa: S105 -- the name of an error, not a secret
    NOT_FOUND = "M_NOT_FOUND"
    NOT_JSON = "M_NOT_JSON"
    NOT_YET_UPLOADED = "M_NOT_YET_UPLOADED"
    PASSWORD_IN_DICTIONARY = "M_PASSWORD_IN_DICTIONARY"  # noqa: S105
    PASSWORD_NO_DIGIT = "M_PASSWORD_NO_DIGIT"  # noqa: S105
    PASSWORD_NO_LOWERCASE = "M_PASSWORD_NO_LOWERCASE"  # noqa: S105
    PASSWORD_NO_SYMBOL = "M_PASSWORD_NO_SYMBOL"  # noqa: S105
    PASSWORD_NO_UPPERCASE = "M_PASSWORD_NO_UPPERCASE"  # noqa: S105
    PASSWORD_TOO_SHORT = "M_PASSWORD_TOO_SHORT"  # noqa: S105
    PROFILE_TOO_LARGE = "M_PROFILE_TOO_LARGE"
    RESOURCE_LIMIT_EXCEEDED = "M_RESOURCE_LIMIT_EXCEEDED"
    ROOM_IN_USE = "M_ROOM_IN_USE"
    SERVER_NOT_TRUSTED = "M_SERVER_NOT_TRUSTED"
    THREEPID_AUTH_FAILED = "M_THREEPID_AUTH_FAILED"
    THREEPID_DENIED = "M_THREEPID_DENIED"
    THREEPID_IN_USE = "M_THREEPID_IN_USE"
    THREEPID_MEDIUM_NOT_SUPPORTED = "M_THREEPID_MEDIUM_NOT_SUPPORTED"
    THREEPID_NOT_FOUND = "M_THREEPID_NOT_FOUND"
    TOO_LARGE = "M_TOO_LARGE"
    UNABLE_TO_AUTHORISE_JOIN = "M_UNABLE_TO_AUTHORISE_JOIN"
    UNABLE_TO_GRANT_JOIN = "M_UNABLE_TO_GRANT_JOIN"
    UNAUTHORIZED = "M_UNAUTHORIZED"
    UNKNOWN = "M_UNKNOWN"
    UNKNOWN_DEVICE = "M_UNKNOWN_DEVICE"
    UNKNOWN_POS = "M_UNKNOWN_POS"
    UNKNOWN_TOKEN = "M_UNKNOWN_TOKEN"  # noqa: S105
    UNRECOGNIZED = "M_UNRECOGNIZED"
    UNSUPPORTED_ROOM_VERSION = "M_UNSUPPORTED_ROOM_VERSION"
    URL_NOT_SET = "M_URL_NOT_SET"
    USER_DEACTIVATED = "M_USER_DEACTIVATED"
    USER_IN_USE = "M_USER_IN_USE"
    USER_LIMIT_EXCEEDED = "M_USER_LIMIT_EXCEEDED"
    USER_LOCKED = "M_USER_LOCKED"
    USER_SUSPENDED = "M_USER_SUSPENDED"
    WEAK_PASSWORD = "M_WEAK_PASSWORD"  # noqa: S105
    WRONG_ROOM_KEYS_VERSION = "M_WRONG_ROOM_KEYS_VERSION"

    # Of proposals.
    ALREADY_JOINED = "ORG.MATRIX.MSC3848.ALREADY_JOINED"
    AS_FEDPROXY_CONNECTION_FAILED = "IO.ELEMENT.MSC4512.M_FEDPROXY_CONNECTION_FAILED"
    AS_FEDPROXY_DESTINATION_DENIED = "IO.ELEMENT.MSC4512.M_FEDPROXY_DESTINATION_DENIED"
    AS_FEDPROXY_NO_PROXY_PREFIX = "IO.ELEMENT.MSC4512.M_FEDPROXY_NO_PROXY_PREFIX"
    AS_FEDPROXY_PATH_NOT_ALLOWED = "IO.ELEMENT.MSC4512.M_FEDPROXY_PATH_NOT_ALLOWED"
    DELAY_TOO_LARGE = "ORG.MATRIX.MSC4140_DELAY_TOO_LARGE"
    INSUFFICIENT_POWER = "ORG.MATRIX.MSC3848.INSUFFICIENT_POWER"
    MSC4306_CONFLICTING_UNSUBSCRIPTION = "IO.ELEMENT.MSC4306.M_CONFLICTING_UNSUBSCRIPTION"
    MSC4306_NOT_IN_THREAD = "IO.ELEMENT.MSC4306.M_NOT_IN_THREAD"
    NOT_JOINED = "ORG.MATRIX.MSC3848.NOT_JOINED"
    UNABLE_DUE_TO_PARTIAL_STATE = "ORG.MATRIX.MSC3895_UNABLE_DUE_TO_PARTIAL_STATE"
    UNREDACTED_CONTENT_DELETED = "FI.MAU.MSC2815_UNREDACTED_CONTENT_DELETED"
    USER_AWAITING_APPROVAL = "ORG.MATRIX.MSC3866_USER_AWAITING_APPROVAL"

    # What modules for Synapse call some of the above.
    AS_PING_BAD_STATUS = BAD_STATUS
    AS_PING_CONNECTION_FAILED = CONNECTION_FAILED
    AS_PING_CONNECTION_TIMEOUT = CONNECTION_TIMEOUT
    AS_PING_URL_NOT_SET = URL_NOT_SET
    UNABLE_AUTHORISE_JOIN = UNABLE_TO_AUTHORISE_JOIN
    USER_ACCOUNT_SUSPENDED = USER_SUSPENDED

    def __repr__(self) -> str:
        # Receipts show denials in few characters, which the default would not fit.
        return f"{type(self).__name__}.{self.name}"


def code_of(value: object) -> str | None:
    """Take a member of any enumeration of codes for a code.

    Args:
        value: Anything.

    Returns:
        The member itself if it is a string, or else its value if that looks like a code; `None` for
        everything else, a plain string too.
    """
    if not isinstance(value, Enum):
        return None
    if isinstance(value, str):
        return value
    code = value.value
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None


@final
class HomeserverError(Exception):
    """Raised by a module to refuse an operation, with an answer of its own for the client.

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
        # Copying and pickling rebuild an exception from its `args`; the fields are in `__dict__`.
        super().__init__(code, msg, errcode)
        self.code = int(code)  # it may be a member of `http.HTTPStatus`
        self.msg = msg
        self.errcode = code_of(errcode) or errcode
        self.additional_fields: dict[str, Any] = dict(additional_fields or {})

    def __str__(self) -> str:
        return f"{self.code} {self.errcode}: {self.msg}"

    def error_dict(self) -> dict[str, Any]:
        """Make the body of the answer."""
        return {**self.additional_fields, "errcode": self.errcode, "error": self.msg}


def is_homeserver_error(error: Exception) -> bool:
    """Whether an exception says how to answer the request it refuses.

    That holds for a `HomeserverError`, and for any other exception with an HTTP status as ``code``
    and a string or a code as ``errcode``, since a host may have exceptions of its own.
    """
    try:
        code, errcode = error.code, error.errcode  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 -- they are missing, or are properties that raise
        return False
    # `True` is an int, but not a status.
    is_status = isinstance(code, int) and not isinstance(code, bool)
    return is_status and (isinstance(errcode, str) or code_of(errcode) is not None)


def describe_error(denial: Any) -> Deny:
    """Describe a refusal of a hook whose rule has `is_homeserver_error` as its ``veto``.

    Args:
        denial: An exception which that recognises, or the result of a call that a module refused
            without saying why.
    """
    if not isinstance(denial, Exception):
        return Deny(_DENIED, _DENIED)
    # The second name of each pair is what a host's own exceptions may have instead.
    reason = _first(denial, str, "msg", "message") or str(denial)
    fields = _first(denial, Mapping, "additional_fields", "extra") or {}
    code = denial.errcode  # type: ignore[attr-defined]
    return _deny(code_of(code) or code, reason, fields)


def describe_verdict(denial: Any) -> Deny:
    """Describe the denial of a spam checker.

    Args:
        denial: A pair of a code and fields, of which ``error`` is the reason; a code; or a string
            for the sender. Anything else denies without details.
    """
    match denial:
        case (str(code), Mapping() as fields):
            reason = fields.get("error")
            return _deny(code, reason if isinstance(reason, str) else _DENIED, fields)
        case Enum(value=str(code)):
            return Deny(code, _DENIED)
        case _:
            return Deny(_DENIED, denial if isinstance(denial, str) else _DENIED)


def _first(error: Exception, kind: type, *names: str) -> Any:
    values = (getattr(error, name, None) for name in names)
    return next((value for value in values if isinstance(value, kind)), None)


def _deny(code: str, reason: str, fields: Mapping[Any, Any]) -> Deny:
    # Facts have names, while modules may put anything into their dicts.
    facts = {str(name): value for name, value in fields.items()}
    return Deny.with_fields(str(code.value) if isinstance(code, Enum) else code, reason, facts)

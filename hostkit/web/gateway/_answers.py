"""What a call answers: allowed, denied or failed."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import attrs
from cattrs.preconf.json import make_converter

from hostkit.dispatch import Outcome
from hostkit.rules import Deny

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.dispatch import Receipt, Trace

DENIED: Final = "denied"
_FAILED: Final = "a module could not decide: this is neither an allow nor a denial"
_log: Final = logging.getLogger("hostkit.web")
_converter: Final = make_converter()
_converter.register_unstructure_hook(bytes, lambda value: base64.b64encode(value).decode())


def answer(trace: Trace, *, decides: bool, explain: bool) -> tuple[int, dict[str, Any]]:
    """Tell what came of a call.

    Args:
        trace: The call.
        decides: Whether the hook asks for a decision, and not for a value.
        explain: Whether to tell every step of it.

    Returns:
        The HTTP status, and what to answer.

    Raises:
        ValueError: The result cannot be told in JSON.
    """
    if trace.outcome is Outcome.DENY:
        status, body = 403, _denied(trace)
    elif trace.error is not None:
        # The caller learns that it failed; whoever runs the host, how.
        cause = trace.error.__cause__ or trace.error
        _log.warning("receipt %s: %s", trace.receipt.id, trace.error, exc_info=cause)
        status, body = 503, _failed(trace.receipt)
    else:
        status, body = 200, {} if decides else {"result": _plain(trace.result)}
    if explain:
        body["trace"] = attrs.asdict(trace.receipt, value_serializer=_write_time)
    return status, body


def _write_time(_receipt: Any, _field: Any, value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _plain(result: Any) -> Any:
    if result is None or type(result) in {str, bool, int}:
        return result
    try:
        plain = _converter.unstructure(result)
        json.dumps(plain, allow_nan=False)
    except RecursionError:
        # Its traceback would be as long as the result is deep.
        raise ValueError("it is nested too deep") from None
    except (TypeError, ValueError) as error:
        raise ValueError(str(error)) from error
    return plain


def _failed(receipt: Receipt) -> dict[str, Any]:
    return {
        "errcode": "module_failed",
        "error": _FAILED,
        "module": receipt.decider,
        "receipt": receipt.id,
    }


def _denied(trace: Trace) -> dict[str, Any]:
    receipt = trace.receipt
    code, error, extra = _read_denial(trace.result if trace.error is None else trace.error)
    return {
        **dict(_writable(extra, receipt)),
        "errcode": code,
        "error": error,
        "module": receipt.decider,
        "receipt": receipt.id,
    }


def _read_denial(denial: Any) -> tuple[str, str, Mapping[str, Any]]:
    """Find code, text and further facts in a denial of whatever kind a hook's rule knows."""
    match denial:
        case Deny():
            return denial.code, denial.reason, denial.extra
        case Exception():
            return _read_veto(denial)
        case Enum():
            return _code_of(denial), DENIED, {}
        case str():
            return DENIED, denial, {}
        case tuple():
            extra = next((part for part in denial if isinstance(part, Mapping)), {})
            error = extra.get("error")
            return (
                _code_of(next(iter(denial), None)),
                error if isinstance(error, str) else DENIED,
                extra,
            )
        case _:
            return DENIED, DENIED, {}


def _read_veto(error: Exception) -> tuple[str, str, Mapping[str, Any]]:
    """Find the same in an exception that denies, of whatever kind hosts have for that."""
    return (
        _code_of(_first(error, str, "errcode", "code")),
        _first(error, str, "msg", "message") or str(error),
        _first(error, Mapping, "additional_fields", "extra") or {},
    )


def _first(error: Exception, kind: type, *names: str) -> Any:
    values = (getattr(error, name, None) for name in names)
    return next((value for value in values if isinstance(value, kind)), None)


def _code_of(value: Any) -> str:
    match value:
        case Enum(value=str(code)) | str(code):
            return code
        case Enum():
            return value.name.lower()
        case _:
            return DENIED


def _writable(extra: Mapping[str, Any], receipt: Receipt) -> Iterator[tuple[str, Any]]:
    """Leave out what JSON has no form for: it was denied all the same."""
    for name, value in extra.items():
        try:
            yield str(name), _plain(value)
        except ValueError as error:
            logging.getLogger(f"hostkit.modules.{receipt.decider}").warning(
                "%s of a denial in %s cannot be told in JSON: %s", name, receipt.hook, error
            )

"""What a call answers: allowed, denied or failed."""

from __future__ import annotations

import base64
import json
import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import attrs
from cattrs.preconf.json import make_converter

from hostkit.dispatch import Outcome
from hostkit.web._json_resource import HttpError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hostkit.dispatch import Receipt, Trace
    from hostkit.rules import Rule
    from hostkit.web.gateway._calls import HookCall

_FAILED: Final = "a module could not decide: this is neither an allow nor a denial"
_log: Final = logging.getLogger("hostkit.web")
_converter: Final = make_converter()
_converter.register_unstructure_hook(bytes, lambda value: base64.b64encode(value).decode())


def answer(trace: Trace, call: HookCall, *, explain: bool) -> tuple[int, dict[str, Any]]:
    """Write what came of a call.

    Args:
        trace: The call.
        call: How it was made.
        explain: Whether to write every step of it.

    Returns:
        The HTTP status, and the body.

    Raises:
        HttpError: The result cannot be serialised (500).
    """
    assert call.spec is not None  # noqa: S101 -- a ping asks no module
    if trace.outcome is Outcome.DENY:
        status, body = 403, _denied(trace, call.spec.rule)
    elif trace.error is not None:
        # The caller is told that it failed; the log says how.
        cause = trace.error.__cause__ or trace.error
        _log.warning("receipt %s: %s", trace.receipt.id, trace.error, exc_info=cause)
        status, body = 503, _failed(trace.receipt)
    else:
        status, body = 200, {} if call.decides else {"result": _result(trace, call)}
    if explain:
        body["trace"] = attrs.asdict(trace.receipt, value_serializer=_write_time)
    return status, body


def _write_time(_receipt: Any, _field: Any, value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _result(trace: Trace, call: HookCall) -> Any:
    try:
        return _plain(trace.result)
    except ValueError as error:
        assert call.spec is not None  # noqa: S101
        said = f"the result of {call.spec.full_name} cannot be serialised"
        _log.error("%s: %s", said, error)
        raise HttpError(500, "unwritable_result", f"{said}; the log says why") from None


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


def _denied(trace: Trace, rule: Rule) -> dict[str, Any]:
    receipt = trace.receipt
    denial = rule.describe_denial(trace.result if trace.error is None else trace.error)
    return {
        **dict(_writable(denial.extra, receipt)),
        "errcode": denial.code,
        "error": denial.reason,
        "module": receipt.decider,
        "receipt": receipt.id,
    }


def _writable(extra: Mapping[str, Any], receipt: Receipt) -> Iterator[tuple[str, Any]]:
    """Leave out what cannot be serialised: it was denied all the same."""
    for name, value in extra.items():
        try:
            yield str(name), _plain(value)
        except ValueError as error:
            logging.getLogger(f"hostkit.modules.{receipt.decider}").warning(
                "%s of a denial in %s cannot be serialised: %s", name, receipt.hook, error
            )

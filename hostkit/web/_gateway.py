"""`Gateway`: hooks over HTTP, for hosts that are not written in Python."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Final, final

from cattrs.preconf.json import make_converter
from twisted.internet.defer import CancelledError
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from hostkit.dispatch import Outcome, Receipt, Trace, start_entry
from hostkit.rules import Deny, FirstDenial
from hostkit.web._pages import write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure
    from twisted.web.server import Request

    from hostkit.host import Host

PATH: Final = "/_hostkit/hooks"
"""Where the gateway is served; a hook's category and name follow."""

_log: Final = logging.getLogger("hostkit.web")
_converter: Final = make_converter()


@final
class Gateway(Resource):
    """Runs a hook for ``POST /_hostkit/hooks/<category>/<hook>``.

    The body is a JSON object with the hook's arguments by name. 200 allows (``{"result": ...}`` for
    hooks that ask for a value), 403 denies, 503 says that a module failed: neither allow nor deny.

    Args:
        host: The host whose hooks are called.
    """

    isLeaf = True

    def __init__(self, host: Host) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._host = host

    def render(self, request: Request) -> bytes | int:
        """Start a call; a client that goes away cancels it."""
        if request.method != b"POST":
            request.setHeader(b"allow", b"POST")
            error = {"errcode": "method_not_allowed", "error": "hooks are called with POST"}
            return write_json(request, 405, error)
        gone = request.notifyFinish()
        call = start_entry(self._run(request))
        gone.addErrback(lambda _: call.cancel())
        body = call.addCallback(lambda answer: write_json(request, *answer))
        body.addErrback(_give_up, request, gone).addCallback(_send, request, gone)
        return NOT_DONE_YET

    async def _run(self, request: Request) -> tuple[int, dict[str, Any]]:
        hook = b".".join(request.postpath or ()).decode("utf-8", "replace")
        chain = self._host.chains.get(hook)
        if chain is None:
            return 404, {"errcode": "unknown_hook", "error": f"this host has no hook {hook!r}"}
        try:
            arguments = _read_object(request)
            chain.spec.signature.bind(**arguments)
        except (TypeError, ValueError) as error:
            return 400, {"errcode": "bad_arguments", "error": str(error)}
        trace = await self._host.ask(hook, arguments)
        if trace.error is not None:
            # The caller learns that it failed; whoever runs the host, how.
            cause = trace.error.__cause__ or trace.error
            _log.warning("receipt %s: %s", trace.receipt.id, trace.error, exc_info=cause)
            return 503, _failed(trace)
        if trace.receipt.outcome is Outcome.DENY:
            return 403, _denied(trace)
        if isinstance(chain.spec.rule, FirstDenial):
            return 200, {}
        try:
            return 200, {"result": _converter.unstructure(trace.result)}
        except RecursionError:
            # Its traceback is as long as the result is deep.
            raise ValueError(f"the result of {hook} is nested too deep for JSON") from None


def _give_up(failure: Failure, request: Request, gone: Deferred[None]) -> bytes:
    # A module may be cancelled by others than us, too; then somebody still waits for an answer.
    if not (gone.called and failure.check(CancelledError)):
        _log.error("the gateway failed", exc_info=failure.value)
    body = {"errcode": "internal_error", "error": "the gateway failed; its log says more"}
    return write_json(request, 500, body)


def _send(body: bytes, request: Request, gone: Deferred[None]) -> None:
    # A module may keep its cancellation to itself and answer nevertheless.
    if not gone.called:
        request.write(body)
        request.finish()


def _read_object(request: Request) -> dict[str, Any]:
    assert request.content is not None  # noqa: S101 -- there is one while a request is rendered
    body = request.content.read()
    try:
        arguments = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the body is not JSON: {error}") from error
    if not isinstance(arguments, dict):
        raise TypeError("the body must be a JSON object with the hook's arguments by name")
    return arguments


def _denied(trace: Trace) -> dict[str, Any]:
    denial = trace.result
    receipt = trace.receipt
    return {
        **(_writable(denial.extra, receipt) if isinstance(denial, Deny) else {}),
        "errcode": denial.code if isinstance(denial, Deny) else "denied",
        "error": denial.reason if isinstance(denial, Deny) else str(receipt.reason),
        "module": receipt.decider,
        "receipt": receipt.id,
    }


def _writable(extra: Mapping[str, Any], receipt: Receipt) -> dict[str, Any]:
    """Leave out what JSON has no form for: it was denied all the same."""
    fields = {}
    for name, value in extra.items():
        try:
            plain = _converter.unstructure(value)
            json.dumps(plain, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            logging.getLogger(f"hostkit.modules.{receipt.decider}").warning(
                "%s of a denial in %s cannot be told in JSON: %s", name, receipt.hook, error
            )
        else:
            fields[name] = plain
    return fields


def _failed(trace: Trace) -> dict[str, Any]:
    return {
        "errcode": "module_failed",
        "error": "a module could not decide: this is neither an allow nor a denial",
        "module": trace.receipt.decider,
        "receipt": trace.receipt.id,
    }

"""`Gateway`: hooks over HTTP, for hosts that are not written in Python."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, cast, final

from twisted.web.resource import Resource

from hostkit.codes import Code
from hostkit.config import SHORTEST_TOKEN
from hostkit.dispatch import Outcome
from hostkit.errors import CodedError
from hostkit.logs import About, logger_of
from hostkit.loops import attempt
from hostkit.presenting import presentable
from hostkit.rules import Deny
from hostkit.web._json_resource import HttpError, JsonResource
from hostkit.web._own_pages import knows_token
from hostkit.web._pages import UNAUTHORIZED, redacted, refuse_others, write_json
from hostkit.web.gateway import _calls
from hostkit.web.gateway._descriptions import Description, list_hooks
from hostkit.web.gateway._entries import mentions_tuple_keys
from hostkit.web.gateway._openapi import write_openapi
from hostkit.web.gateway._writing import LONGEST_SHOWN, result_hint, to_json
from hostkit.wording import clean, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from twisted.web.resource import IResource
    from twisted.web.server import Request

    from hostkit.dispatch import Receipt, Trace
    from hostkit.host import Host
    from hostkit.loops import Owner
    from hostkit.specs import Hookspec

PATH: Final = "/_hostkit/hooks"
"""Where the gateway is served; a hook's category and name follow."""

OPENAPI_PATH: Final = "/_hostkit/openapi.json"
"""Where its OpenAPI document is served."""

_RETRY_AFTER_SECONDS: Final = b"1"
_FAILED: Final = "a module could not decide: this is neither an allow nor a denial"
_UNSAID: Final[Any] = object()
_log: Final = logging.getLogger("hostkit.web")


@final
class UnguardedError(CodedError, TypeError):
    """A gateway is made without saying who may ask it."""


@final
class Gateway(Resource):
    """Runs a hook for ``POST /_hostkit/hooks/<category>/<hook>``.

    The body is a JSON object with the hook's arguments by name. 200 allows (``{"result": ...}`` for
    hooks that return a value), 403 denies, 503 reports that a module failed: neither allow nor
    deny. ``GET /_hostkit/hooks`` lists the hooks.

    Args:
        host: The host whose hooks are called.
        token: What callers send as ``Authorization: Bearer TOKEN``. `None` lets all ask who reach
            the gateway, if something else keeps others out. One of them must be given.

    Raises:
        UnguardedError: There is no token, and not the word that there is none.
    """

    isLeaf = True

    def __init__(self, host: Host, *, token: str | None = _UNSAID) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        _check_token(token)
        self._token = None if token is None else token.encode()
        self._redact = host.receipts.redact
        calls = _calls.find_calls(host)
        self._known = calls.keys()
        listing = Description(lambda: list_hooks(host, PATH, calls), _calls.refuse_browsers)
        self._openapi = Description(
            lambda: write_openapi(PATH, calls, is_guarded=token is not None), self._refuse
        )
        # Everything that a hook's calls have in common is prepared here; a request looks it up by
        # the path as it was sent.
        self._resources: dict[tuple[bytes, ...], Resource] = {(): listing, (b"",): listing}
        for path, call in calls.items():
            resource = _Ping(call) if call.spec is None else _Hook(host, call, call.spec)
            self._resources[tuple(step.encode() for step in path)] = resource
        # The listing names the modules; the OpenAPI document only the hooks, which stay.
        host.when_reloaded(listing.forget)

    @property
    def resources(self) -> dict[str, IResource]:
        """The resources of the gateway, by path."""
        return {PATH: self, OPENAPI_PATH: self._openapi}

    def render(self, request: Request) -> bytes | int:
        """Let the resource of the path answer."""
        path = tuple(request.postpath or ())
        cast("Any", request).redact = self._redact  # also where no `Router` serves this
        resource = self._resources.get(path)
        try:
            self._refuse(request)
            if resource is None:
                _calls.refuse_path([step.decode("utf-8", "replace") for step in path], self._known)
        except HttpError as error:
            return write_json(request, error.status, error.body)
        rendered: bytes | int = resource.render(request)
        return rendered

    def _refuse(self, request: Request) -> None:
        _calls.refuse_browsers(request)
        if self._token is not None and not knows_token(request.requestHeaders, self._token):
            request.setHeader(b"www-authenticate", b"Bearer")
            raise HttpError(401, "unauthorized", UNAUTHORIZED)


def _check_token(token: object) -> None:
    if token is None or (isinstance(token, str) and len(token) >= SHORTEST_TOKEN):
        return
    if isinstance(token, str) and token:
        raise UnguardedError(
            Code.GUARD_NOT_CHOSEN,
            f"the gateway's token has {len(token)} characters, and can be guessed",
            expected=f"at least {SHORTEST_TOKEN} characters",
            hint="make one with `secrets.token_hex()`",
        )
    kind = "empty" if token == "" else "neither a string nor None"
    given = "" if token is _UNSAID else f": token={token!r} is {kind}"
    raise UnguardedError(
        Code.GUARD_NOT_CHOSEN,
        f"a gateway lets all who reach it ask the modules, unless it has a token{given}",
        hint="write Gateway(host, token=TOKEN); or token=None, if something else keeps others out",
    )


class _PostResource(JsonResource):
    """Serves POST only; a subclass has the method ``on_POST``."""

    isLeaf = True

    def render(self, request: Request) -> bytes | int:
        """Start a call."""
        # OpenAPI asks for 405 where `JsonResource` answers 501: to methods unknown to HTTP.
        if request.method != b"POST":
            return refuse_others(request, b"POST, OPTIONS")
        return super().render(request)


@final
class _Ping(_PostResource):
    """Answers a ping, which asks no module."""

    def __init__(self, call: _calls.HookCall) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._arguments = call.arguments

    def on_POST(self, request: Request) -> dict[str, Any]:
        """Return the id that was sent."""
        (ping,) = self._arguments.read(_calls.read_body(request))
        return {"id": ping, "status": "ok"}


@final
class _Hook(_PostResource):
    """Calls one hook; a client that leaves cancels the call."""

    def __init__(self, host: Host, call: _calls.HookCall, spec: Hookspec) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._host = host
        self._arguments = call.arguments
        self._decides = call.decides
        self._spec = spec
        self._name = spec.full_name
        hint = None if call.decides else result_hint(spec)
        self._result_hint = hint if mentions_tuple_keys(hint) else None

    def call_handler(
        self, handler: Callable[[Request, Owner], Any], request: Request, owner: Owner
    ) -> Coroutine[Any, Any, dict[str, Any]]:
        """Call the handler with the owner of the call."""
        called: Coroutine[Any, Any, dict[str, Any]] = handler(request, owner)
        return called

    async def on_POST(self, request: Request, owner: Owner) -> dict[str, Any]:
        """Read the arguments, ask the modules, and describe the outcome."""
        values = self._arguments.read(_calls.read_body(request))
        explain = _calls.wants_trace(request)
        # Looked up for each call, as a reload replaces the chains.
        chain = self._host.chains[self._name]
        try:
            part = chain.select(values)
        except TypeError:  # the key of a keyed hook is a list or an object
            raise HttpError(400, "bad_arguments", "a key must be a string or a number") from None
        trace = await part.ask(values, is_full=explain, owner=owner)
        body = self._describe(trace, request)
        if explain:
            body["trace"] = redacted(to_json(trace.receipt), self._host.receipts.redact)
        return body

    def _describe(self, trace: Trace, request: Request) -> dict[str, Any]:
        if trace.outcome is Outcome.DENY:
            request.setResponseCode(403)
            return self._denied(trace)
        if trace.error is not None:
            # What a module raised may hold secrets: the caller gets a receipt, the log the cause.
            error = presentable(trace.error)
            self._log_failure(trace.receipt, error, presentable(error.__cause__ or error))
            request.setResponseCode(503)
            request.setHeader(b"retry-after", _RETRY_AFTER_SECONDS)
            return _decided(trace.receipt, "module_failed", _FAILED)
        if self._decides:
            return {}
        return {
            "result": self._write(
                trace.result, f"the result of {self._name}", hint=self._result_hint
            )
        }

    def _log_failure(self, receipt: Receipt, error: BaseException, cause: BaseException) -> None:
        log = _log if receipt.decider is None else logger_of(receipt.decider)
        extra = About(hook=self._name, receipt=receipt.id).extra
        log.warning("receipt %s: %s", receipt.id, error, exc_info=cause, extra=extra)

    def _denied(self, trace: Trace) -> dict[str, Any]:
        receipt = trace.receipt
        denial = self._explain_denial(trace.result if trace.error is None else trace.error)
        # A module's own fields come first, so that they cannot replace the gateway's.
        fields = self._write(dict(denial.extra), f"a denial of {self._name}", receipt.decider)
        fields.pop("trace", None)
        answer = {**fields, **_decided(receipt, to_json(denial.code), to_json(denial.reason))}
        cleaned: dict[str, Any] = redacted(answer, self._host.receipts.redact)
        return cleaned

    def _explain_denial(self, denial: object) -> Deny:
        def describe(denial: object) -> object:
            try:
                return self._spec.rule.describe_denial(denial)
            except Exception as error:  # noqa: BLE001 -- a function of the host's own
                _log.error("describe= of %s failed", self._name, exc_info=presentable(error))
                return None

        described = attempt(describe, denial, otherwise=None)
        if isinstance(described, Deny):
            return described
        # The module's denial stands, whatever became of its description.
        _log.error("describe= of %s gave %s, not a Deny", self._name, type_name(described))
        return Deny("denied", "denied")

    def _write(self, value: Any, what: str, module: str | None = None, hint: Any = None) -> Any:
        """Make JSON of a value; what has no form in it is logged and shown."""

        def show(text: str) -> str:
            log = _log if module is None else logger_of(module)
            shown = clean(text, self._host.receipts.redact, LONGEST_SHOWN)
            log.warning("%s has a part that JSON has no form for: %s", what, shown)
            return shown

        return to_json(value, show, hint)


def _decided(receipt: Receipt, errcode: str, error: str) -> dict[str, Any]:
    return {
        "errcode": errcode,
        "error": error,
        "module": receipt.decider,
        "receipt": receipt.id,
    }

"""`Gateway`: hooks over HTTP, for hosts that are not written in Python."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, final

from twisted.web.resource import Resource

from hostkit.web._json_resource import HttpError, JsonResource
from hostkit.web._pages import refuse_others, write_json
from hostkit.web.gateway._answers import answer
from hostkit.web.gateway._calls import (
    find_calls,
    read_body,
    refuse_browsers,
    refuse_path,
    wants_trace,
)
from hostkit.web.gateway._descriptions import list_hooks, write_openapi

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from twisted.web.resource import IResource
    from twisted.web.server import Request

    from hostkit.host import Host
    from hostkit.loops import Owner
    from hostkit.web.gateway._calls import HookCall

PATH: Final = "/_hostkit/hooks"
"""Where the gateway is served; a hook's category and name follow."""

OPENAPI_PATH: Final = "/_hostkit/openapi.json"
"""Where it is described for programs."""

_RETRY_AFTER_SECONDS: Final = b"1"


@final
class Gateway(Resource):
    """Runs a hook for ``POST /_hostkit/hooks/<category>/<hook>``.

    The body is a JSON object with the hook's arguments by name. 200 allows (``{"result": ...}`` for
    hooks that ask for a value), 403 denies, 503 says that a module failed: neither allow nor deny.
    ``GET /_hostkit/hooks`` lists the hooks.

    Args:
        host: The host whose hooks are called.
    """

    isLeaf = True

    def __init__(self, host: Host) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        calls = find_calls(host)
        self._known = calls.keys()
        listing = _Document(lambda: list_hooks(host, PATH, calls))
        self._openapi = _Document(lambda: write_openapi(PATH, calls))
        # All paths are known, and what is behind them is made once: a request only looks it up.
        self._resources: dict[tuple[bytes, ...], Resource] = {(): listing, (b"",): listing}
        for path, call in calls.items():
            self._resources[tuple(step.encode() for step in path)] = _HookResource(host, call)
        host.when_reloaded(listing.forget)

    @property
    def resources(self) -> dict[str, IResource]:
        """What belongs to the gateway, by path."""
        return {PATH: self, OPENAPI_PATH: self._openapi}

    def render(self, request: Request) -> bytes | int:
        """Let the resource of the path answer."""
        path = tuple(request.postpath or ())
        resource = self._resources.get(path)
        try:
            refuse_browsers(request)
            if resource is None:
                refuse_path([step.decode("utf-8", "replace") for step in path], self._known)
        except HttpError as error:
            return write_json(request, error.status, error.body)
        rendered: bytes | int = resource.render(request)
        return rendered


@final
class _HookResource(JsonResource):
    """Calls one hook; a client that leaves cancels the call."""

    isLeaf = True

    def __init__(self, host: Host, call: HookCall) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._host = host
        self._call = call

    def render(self, request: Request) -> bytes | int:
        """Start a call."""
        if request.method != b"POST":
            return refuse_others(request, b"POST, OPTIONS")
        return super().render(request)

    def call(
        self, handler: Callable[[Request, Owner], Any], request: Request, owner: Owner
    ) -> Coroutine[Any, Any, dict[str, Any]]:
        """Call the handler with the owner of the call."""
        called: Coroutine[Any, Any, dict[str, Any]] = handler(request, owner)
        return called

    async def on_POST(self, request: Request, owner: Owner) -> dict[str, Any]:
        """Read the arguments, ask the modules, and describe what came of it."""
        call = self._call
        arguments = call.arguments.read(read_body(request))
        explain = wants_trace(request)
        if call.spec is None:
            return {**arguments, "status": "ok"}
        trace = await self._host.ask(call.spec.full_name, arguments, owner=owner)
        status, body = answer(trace, call, explain=explain)
        request.setResponseCode(status)
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            request.setHeader(b"retry-after", _RETRY_AFTER_SECONDS)
        return body


@final
class _Document(Resource):
    """Serves JSON that is written when it is first asked for, in lines for people.

    Args:
        write: Makes the document.
    """

    isLeaf = True

    def __init__(self, write: Callable[[], dict[str, Any]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._write = write
        self._body: bytes | None = None

    def forget(self) -> None:
        """Write it again when it is asked for the next time."""
        self._body = None

    def render(self, request: Request) -> bytes:
        """Answer GET and HEAD."""
        if request.method not in {b"GET", b"HEAD"}:
            return refuse_others(request, b"GET, HEAD, OPTIONS")
        try:
            refuse_browsers(request)
        except HttpError as error:
            return write_json(request, error.status, error.body)
        if self._body is None:
            self._body = json.dumps(self._write(), allow_nan=False, indent=2).encode() + b"\n"
        request.setHeader(b"content-type", b"application/json")
        return self._body

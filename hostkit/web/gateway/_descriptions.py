"""Descriptions of the gateway: a listing of its hooks, and an OpenAPI document."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any, Final, final

import attrs
from twisted.web.resource import Resource

from hostkit._version import __version__
from hostkit.dispatch import Receipt, Step
from hostkit.rules import KINDS, ByKind
from hostkit.web._json_resource import HttpError
from hostkit.web._pages import refuse_others, write_json
from hostkit.web.gateway._calls import PING, refuse_browsers
from hostkit.web.gateway._schemas import schema_of
from hostkit.web.gateway._structuring import annotations_of
from hostkit.web.gateway._writing import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twisted.web.server import Request

    from hostkit.host import Host
    from hostkit.rules import Rule
    from hostkit.specs import Hookspec
    from hostkit.web.gateway._calls import ArgumentReader, HookCall, HookPath

_EXPLAIN: Final = {
    "name": "explain",
    "in": "query",
    "description": "1: the answer contains a `trace` with a step for every module.",
    "schema": {"enum": ["0", "1"]},
}
_ERROR: Final = {
    "type": "object",
    "properties": {
        "errcode": {"type": "string", "description": "A short stable identifier."},
        "error": {"type": "string", "description": "What is wrong, for people."},
        "field": {"type": "string", "description": "The argument that is wrong, if one is."},
    },
    "required": ["errcode", "error"],
}
_DECIDED: Final = {
    "type": "object",
    "properties": {
        "errcode": {"type": "string"},
        "error": {"type": "string"},
        "module": {"type": ["string", "null"], "description": "The module that denied or failed."},
        "receipt": {"type": "string", "description": "The id of the record of this call."},
        "trace": {"$ref": "#/components/schemas/Trace"},
    },
    "required": ["errcode", "error"],
}
_PONG: Final = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "status": {"const": "ok"}},
    "required": ["id", "status"],
}
_ERRORS: Final = {
    "400": ("Error", "The body does not fit the hook."),
    "405": ("Error", "Hooks are called with POST."),
    "415": ("Error", "The body has another content type than JSON."),
    "500": ("Error", "The host is broken, or the result cannot be serialised."),
}


@final
class Description(Resource):
    """Serves a JSON document that is written when it is first asked for, indented for people.

    Args:
        write: Makes the document.
    """

    isLeaf = True

    def __init__(self, write: Callable[[], dict[str, Any]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._write = write
        self._body: bytes | None = None

    def forget(self) -> None:
        """Write it anew for the next request."""
        self._body = None

    def render(self, request: Request) -> bytes:
        """Answer GET and HEAD."""
        if request.method not in {b"GET", b"HEAD"}:
            return refuse_others(request, b"GET, HEAD, OPTIONS")
        try:
            # Checked here too: the OpenAPI document is not served through the `Gateway`.
            refuse_browsers(request)
        except HttpError as error:
            return write_json(request, error.status, error.body)
        if self._body is None:
            self._body = json.dumps(to_json(self._write()), indent=2).encode() + b"\n"
        request.setHeader(b"content-type", b"application/json")
        return self._body


def write_openapi(prefix: str, calls: Mapping[HookPath, HookCall]) -> dict[str, Any]:
    """Describe all calls.

    Args:
        prefix: The path of the gateway.
        calls: The calls, by category and name.
    """
    paths = {"/".join((prefix, *path)): {"post": _operation(*path, calls[path])} for path in calls}
    listing = {
        "operationId": "list",
        "summary": "List categories and hooks.",
        "responses": {"200": _response({"type": "object"}, "All categories and hooks.")},
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hooks",
            "version": __version__,
            "description": "Ask a host's modules. 200 allows, 403 denies, 5xx is neither.",
        },
        "paths": {prefix: {"get": listing}, **paths},
        "components": {"schemas": {"Error": _ERROR, "Decided": _DECIDED, "Trace": _trace_schema()}},
    }


def _operation(category: str, hook: str, call: HookCall) -> dict[str, Any]:
    doc = doc_of(call.spec) if call.spec else "Check that the gateway is there."
    body = {"schema": arguments_schema(call.arguments)}
    responses = {status: _refer(*said) for status, said in _ERRORS.items()}
    operation: dict[str, Any] = {
        "operationId": f"{category}.{hook}",
        "tags": [category],
        "summary": doc.partition("\n")[0],
        "description": doc,
        "requestBody": {"required": True, "content": {"application/json": body}},
    }
    if call.spec is not None and call.spec.deprecated is not None:
        operation["deprecated"] = True
    if call.spec is None:
        responses["403"] = _refer("Error", "Web pages may not call the gateway.")
        return {
            **operation,
            "responses": {"200": _response(_PONG, "The gateway is there."), **responses},
        }
    properties: dict[str, Any] = {"trace": {"$ref": "#/components/schemas/Trace"}}
    if not call.decides:
        properties["result"] = {}
    allowed = {
        "type": "object",
        "properties": properties,
        "required": [] if call.decides else ["result"],
        "additionalProperties": False,
    }
    responses |= {
        "200": _response(allowed, "Allowed." if call.decides else "The result."),
        "403": _refer("Decided", "Denied."),
        "503": _refer("Decided", "A module failed: this is neither an allow nor a denial."),
    }
    return {**operation, "parameters": [_EXPLAIN], "responses": responses}


def _refer(name: str, description: str) -> dict[str, Any]:
    return _response({"$ref": f"#/components/schemas/{name}"}, description)


def _response(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _trace_schema() -> dict[str, Any]:
    """Describe what `attrs.asdict` makes of a receipt."""
    schema = _schema_of_class(Receipt)
    schema["properties"]["steps"]["items"] = _schema_of_class(Step)
    return {**schema, "description": "A step for every module; only with ?explain=1."}


def _schema_of_class(cls: type[Any]) -> dict[str, Any]:
    hints = annotations_of(cls)
    names = [field.name for field in attrs.fields(cls)]
    return {
        "type": "object",
        "properties": {name: schema_of(hints[name]) for name in names},
        "required": names,
    }


def list_hooks(
    host: Host, prefix: str, calls: Mapping[HookPath, HookCall]
) -> dict[str, dict[str, Any]]:
    """List categories and hooks.

    Args:
        host: The host they belong to.
        prefix: The path of the gateway.
        calls: How each of them is called, by category and name.
    """
    return {
        "categories": {
            category.name: {
                # `inspect.getdoc` would inherit the docstring of `Category`.
                "doc": inspect.cleandoc(category.__doc__ or ""),
                "ping": f"{prefix}/{category.name}/{PING}",
                "hooks": {
                    name: {
                        "path": f"{prefix}/{category.name}/{name}",
                        **_describe_hook(spec),
                        "modules": [
                            callback.module for callback in host.chains[spec.full_name].callbacks
                        ],
                        "arguments": arguments_schema(calls[category.name, name].arguments),
                    }
                    for name, spec in category.hookspecs.items()
                },
            }
            for category in host.categories
        }
    }


def arguments_schema(arguments: ArgumentReader) -> dict[str, Any]:
    """Describe the body of a call."""
    fields = arguments.fields
    return {
        "type": "object",
        "properties": {field.name: schema_of(field.hint) for field in fields},
        "required": [field.name for field in fields if field.make_default is None],
        "additionalProperties": False,
    }


def doc_of(spec: Hookspec) -> str:
    """The docstring of a hook."""
    return inspect.getdoc(spec.function) or ""


def _policies(rule: Rule) -> str | dict[str, str]:
    if not isinstance(rule.on_error, ByKind):
        return rule.on_error
    return {kind: rule.policy(kind) for kind in KINDS}


def _describe_hook(spec: Hookspec) -> dict[str, Any]:
    history = {"added": spec.added, "deprecated": spec.deprecated}
    return {
        "doc": doc_of(spec),
        "rule": type(spec.rule).__name__,
        "on_error": _policies(spec.rule),
        **{name: value for name, value in history.items() if value is not None},
    }

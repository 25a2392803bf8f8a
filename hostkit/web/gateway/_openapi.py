"""`write_openapi`: the gateway as an OpenAPI document, for programs that write clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hostkit._version import __version__
from hostkit.web.gateway._description import arguments_schema, doc_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hostkit.web.gateway._calls import Call

_EXPLAIN: Final = {
    "name": "explain",
    "in": "query",
    "description": "1: the answer has a `trace` with what every module did.",
    "schema": {"enum": ["0", "1"]},
}
_STEP: Final = {
    "type": "object",
    "properties": {
        "module": {"type": "string"},
        "outcome": {"type": "string"},
        "shadow": {"type": "boolean"},
        "seconds": {"type": ["number", "null"]},
        "detail": {"type": ["string", "null"]},
    },
}
_TRACE: Final = {
    "type": "object",
    "description": "What every module did; only with ?explain=1.",
    "properties": {
        "id": {"type": "string"},
        "hook": {"type": "string"},
        "outcome": {"type": "string"},
        "steps": {"type": "array", "items": _STEP},
        "decider": {"type": ["string", "null"]},
        "reason": {"type": ["string", "null"]},
        "at": {"type": ["string", "null"], "format": "date-time"},
        "seconds": {"type": ["number", "null"]},
    },
}
_ERROR: Final = {
    "type": "object",
    "properties": {
        "errcode": {"type": "string", "description": "A short stable identifier."},
        "error": {"type": "string", "description": "What is wrong, in words."},
        "field": {"type": "string", "description": "The argument that is meant, if one is."},
    },
    "required": ["errcode", "error"],
}
_DECIDED: Final = {
    "type": "object",
    "properties": {
        "errcode": {"type": "string"},
        "error": {"type": "string"},
        "module": {"type": ["string", "null"], "description": "Which module it was."},
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
    "400": ("Error", "The body is no call of this hook."),
    "405": ("Error", "Hooks are called with POST."),
    "415": ("Error", "The body is not said to be JSON."),
    "500": ("Error", "The host is broken, or the result has no form in JSON."),
}


def write_openapi(prefix: str, calls: Mapping[tuple[str, str], Call]) -> dict[str, Any]:
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
        "components": {"schemas": {"Error": _ERROR, "Decided": _DECIDED, "Trace": _TRACE}},
    }


def _operation(category: str, hook: str, call: Call) -> dict[str, Any]:
    doc = doc_of(call.spec) if call.spec else "Tells that the gateway is there."
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
        return {**operation, "responses": {"200": _response(_PONG, "It is."), **responses}}
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
        "200": _response(allowed, "Nobody minds." if call.decides else "The result."),
        "403": _refer("Decided", "It is denied."),
        "503": _refer("Decided", "A module failed: this is neither an allow nor a denial."),
    }
    return {**operation, "parameters": [_EXPLAIN], "responses": responses}


def _refer(name: str, description: str) -> dict[str, Any]:
    return _response({"$ref": f"#/components/schemas/{name}"}, description)


def _response(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}

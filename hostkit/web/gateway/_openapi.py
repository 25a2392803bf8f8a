"""`write_openapi`: the gateway as an OpenAPI document, from which clients can be generated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from hostkit._version import __version__
from hostkit.dispatch import Receipt, Step
from hostkit.web.gateway._descriptions import arguments_schema, doc_of
from hostkit.web.gateway._schemas import schema_of
from hostkit.web.gateway._structuring import annotations_of
from hostkit.web.gateway._writing import result_hint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hostkit.config.schemas import Schema
    from hostkit.web.gateway._calls import HookCall, HookPath

_TEXT: Final = {"type": "string"}
_EXPLAIN: Final = {
    "name": "explain",
    "in": "query",
    "description": "1: the answer contains a `trace` with a step for every module.",
    "schema": {"type": "string", "enum": ["0", "1"]},
}
_ERRCODE: Final = {"type": "string", "description": "A short stable identifier."}
_MESSAGE: Final = {"type": "string", "description": "What is wrong, for people."}
_ERROR: Final = {
    "type": "object",
    "description": "A refusal of the gateway itself: no module was asked.",
    "properties": {
        "errcode": _ERRCODE,
        "error": _MESSAGE,
        "field": {"type": "string", "description": "The argument that is wrong, if one is."},
    },
    "required": ["errcode", "error"],
}
_TRACE: Final = {"$ref": "#/components/schemas/Trace"}
_DECIDED: Final = {
    "type": "object",
    "description": "A denial, with the fields that the module added, or a failure of a module.",
    "properties": {
        "errcode": _ERRCODE,
        "error": _MESSAGE,
        "module": {
            "anyOf": [_TEXT, {"type": "null"}],
            "description": "The module that denied or failed; null: the host itself.",
        },
        "receipt": {"type": "string", "description": "The id of the record of this call."},
        "trace": _TRACE,
    },
    "required": ["errcode", "error", "module", "receipt"],
}
_PONG: Final = {
    "type": "object",
    "properties": {"id": _TEXT, "status": {"type": "string", "enum": ["ok"]}},
    "required": ["id", "status"],
}
_HOOK: Final = {
    "type": "object",
    "properties": {
        "path": _TEXT,
        "doc": _TEXT,
        "rule": _TEXT,
        "on_error": {"anyOf": [_TEXT, {"type": "object", "additionalProperties": _TEXT}]},
        "added": _TEXT,
        "deprecated": _TEXT,
        "modules": {"type": "array", "items": _TEXT},
        "arguments": {"type": "object", "description": "The JSON Schema of the body."},
    },
    "required": ["path", "doc", "rule", "on_error", "modules", "arguments"],
}
_HOOKS: Final = {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Hook"}}
_CATEGORY: Final = {
    "type": "object",
    "properties": {"doc": _TEXT, "ping": _TEXT, "hooks": _HOOKS},
    "required": ["doc", "ping", "hooks"],
}
_LISTING: Final = {
    "type": "object",
    "properties": {
        "categories": {
            "type": "object",
            "additionalProperties": {"$ref": "#/components/schemas/Category"},
        }
    },
    "required": ["categories"],
}
_TOKEN: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "The token of the listener, if it has one.",
}
_ERRORS: Final = {
    "400": "The body, or a parameter, does not fit the hook.",
    "401": "The gateway needs a token, and this is not it.",
    "405": "Hooks are called with POST.",
    "408": "The request came too slowly.",
    "413": "The body is longer than the listener allows.",
    "415": "The body has another content type than JSON.",
    "421": "The request is for a host that the listener does not answer for.",
    "500": "The host is broken.",
}
_TOO_MANY: Final = "There are too many calls."
_CROSS_ORIGIN: Final = "Web pages may not call the gateway."


def write_openapi(
    prefix: str, calls: Mapping[HookPath, HookCall], *, is_guarded: bool
) -> dict[str, Any]:
    """Describe all calls.

    Args:
        prefix: The path of the gateway.
        calls: The calls, by category and name.
        is_guarded: Whether every request needs a token; if not, a listener may ask for one.
    """
    schemas: dict[str, Schema] = {
        "Error": _ERROR,
        "Decided": _DECIDED,
        "Pong": _PONG,
        "Hook": _HOOK,
        "Category": _CATEGORY,
        "Listing": _LISTING,
        **_trace_schemas(),
    }
    paths = {
        "/".join((prefix, *path)): {"post": _lift(_operation(*path, calls[path]), schemas)}
        for path in calls
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hooks",
            "version": __version__,
            "description": "Ask a host's modules. 200 allows, 403 denies, 5xx is neither.",
        },
        "security": [{"token": []}] if is_guarded else [{"token": []}, {}],
        "paths": {prefix: {"get": _list_operation()}, **paths},
        "components": {"schemas": schemas, "securitySchemes": {"token": _TOKEN}},
    }


def _list_operation() -> dict[str, Any]:
    return {
        "operationId": "list",
        "summary": "List categories and hooks.",
        "responses": {
            "200": _refer("All categories and hooks.", "Listing"),
            "401": _refer(_ERRORS["401"], "Error"),
            "403": _refer(_CROSS_ORIGIN, "Error"),
            "421": _refer(_ERRORS["421"], "Error"),
            "503": _refer(_TOO_MANY, "Error"),
        },
    }


def _operation(category: str, hook: str, call: HookCall) -> dict[str, Any]:
    doc = doc_of(call.spec) if call.spec else "Check that the gateway is there."
    body = {"schema": arguments_schema(call.arguments)}
    responses = {status: _refer(said, "Error") for status, said in _ERRORS.items()}
    operation: dict[str, Any] = {
        "operationId": f"{category}.{hook}",
        "tags": [category],
        "summary": doc.partition("\n")[0],
        "description": doc,
        "requestBody": {"required": True, "content": {"application/json": body}},
    }
    if call.spec is None:
        responses["200"] = _refer("The gateway is there.", "Pong")
        responses["403"] = _refer(_CROSS_ORIGIN, "Error")
        responses["503"] = _refer(_TOO_MANY, "Error")
        return {**operation, "responses": responses}
    if call.spec.deprecated is not None:
        operation["deprecated"] = True
    properties = {"trace": _TRACE}
    if not call.decides:
        properties["result"] = schema_of(result_hint(call.spec), written=True)
    allowed = {
        "type": "object",
        "properties": properties,
        "required": [] if call.decides else ["result"],
        "additionalProperties": False,
    }
    failed = f"A module failed: this is neither an allow nor a denial. Or: {_TOO_MANY}"
    responses |= {
        "200": _response(allowed, "Allowed." if call.decides else "The result."),
        "403": _refer(f"Denied. Or: {_CROSS_ORIGIN}", "Decided", "Error"),
        "503": _refer(failed, "Decided", "Error"),
    }
    return {**operation, "parameters": [_EXPLAIN], "responses": responses}


def _refer(description: str, *names: str) -> dict[str, Any]:
    """Describe an answer of which the schema has a name; the most special one first."""
    first, *more = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    return _response({"anyOf": [first, *more]} if more else first, description)


def _response(schema: Mapping[str, Any], description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _trace_schemas() -> dict[str, Schema]:
    """Describe what is made of a receipt and its steps."""
    trace, step = _schema_of_class(Receipt), _schema_of_class(Step)
    trace["properties"]["steps"] = {
        "type": "array",
        "items": {"$ref": "#/components/schemas/Step"},
    }
    trace["description"] = "A step for every module; only with ?explain=1."
    return {"Trace": trace, "Step": step}


def _schema_of_class(cls: type[Any]) -> Schema:
    hints = annotations_of(cls)
    names = [field.name for field in attrs.fields(cls)]
    return {
        "type": "object",
        "properties": {name: schema_of(hints[name], written=True) for name in names},
        "required": names,
    }


def _lift(part: Any, schemas: dict[str, Schema]) -> Any:
    """Give schemas of classes a name of their own, which is that of a generated class."""
    if isinstance(part, list):
        return [_lift(item, schemas) for item in part]
    if not isinstance(part, dict):
        return part
    lifted = {key: _lift(value, schemas) for key, value in part.items()}
    if not (isinstance(lifted.get("title"), str) and lifted.get("type") == "object"):
        return lifted
    title = lifted.pop("title")
    # What is read as a class and what is written of it may differ, as may classes of one name.
    names = (title if number == 1 else f"{title}{number}" for number in range(1, len(schemas) + 2))
    name = next(name for name in names if schemas.get(name, lifted) == lifted)
    schemas[name] = lifted
    return {"$ref": f"#/components/schemas/{name}"}

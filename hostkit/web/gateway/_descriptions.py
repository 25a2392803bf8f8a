"""Descriptions of the gateway: documents that are written once, and the listing of its hooks."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any, final

from twisted.web.resource import Resource

from hostkit.rules import KINDS, ByKind
from hostkit.web._json_resource import HttpError
from hostkit.web._pages import refuse_others, write_json
from hostkit.web.gateway._calls import PING
from hostkit.web.gateway._schemas import schema_of
from hostkit.web.gateway._writing import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twisted.web.server import Request

    from hostkit.host import Host
    from hostkit.rules import Rule
    from hostkit.specs import Hookspec
    from hostkit.web.gateway._calls import ArgumentReader, HookCall, HookPath


@final
class Description(Resource):
    """Serves a JSON document that is written when it is first asked for, indented for people.

    Args:
        write: Makes the document.
        refuse: Raises an `HttpError` for requests that may not read it.
    """

    isLeaf = True

    def __init__(
        self, write: Callable[[], dict[str, Any]], refuse: Callable[[Request], None]
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._write = write
        self._refuse = refuse
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
            self._refuse(request)
        except HttpError as error:
            return write_json(request, error.status, error.body)
        if self._body is None:
            self._body = json.dumps(to_json(self._write()), indent=2).encode() + b"\n"
        request.setHeader(b"content-type", b"application/json")
        return self._body


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

"""`describe`: which hooks there are, and what is sent to them."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from hostkit.web.gateway._schemas import schema_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hostkit.host import Host
    from hostkit.specs import Hookspec
    from hostkit.web.gateway._arguments import Arguments
    from hostkit.web.gateway._calls import Call


def describe(
    host: Host, prefix: str, calls: Mapping[tuple[str, str], Call]
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
                # Without one of its own, `inspect.getdoc` would give that of `Category`.
                "doc": inspect.cleandoc(category.__doc__ or ""),
                "ping": f"{prefix}/{category.name}/ping",
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


def arguments_schema(arguments: Arguments) -> dict[str, Any]:
    """Describe the body of a call."""
    fields = arguments.fields
    return {
        "type": "object",
        "properties": {field.name: schema_of(field.hint) for field in fields},
        "required": [field.name for field in fields if field.is_required],
        "additionalProperties": False,
    }


def doc_of(spec: Hookspec) -> str:
    """Give what is written about a hook."""
    return inspect.getdoc(spec.function) or ""


def _describe_hook(spec: Hookspec) -> dict[str, Any]:
    history = {"added": spec.added, "deprecated": spec.deprecated}
    return {
        "doc": doc_of(spec),
        "rule": type(spec.rule).__name__,
        "on_error": spec.rule.on_error,
        **{name: value for name, value in history.items() if value is not None},
    }

"""`HookCall`: how one hook is called over HTTP, and what is read from a request for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn, final

import attrs

from hostkit.web._json import check_json_type, read_json
from hostkit.web._json_resource import HttpError
from hostkit.web.gateway._arguments import ArgumentReader, make_argument
from hostkit.web.gateway._structuring import make_converter
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from twisted.web.server import Request

    from hostkit.host import Host
    from hostkit.specs import Hookspec

PING: Final = "ping"
"""What a caller sends to see whether the gateway is there; a hook of that name comes first."""


@final
@attrs.frozen
class HookCall:
    """What a path of the gateway stands for.

    Attributes:
        arguments: What is sent to it.
        spec: The hook; a ping has none.
        decides: Whether it is asked for a decision, and not for a value.
    """

    arguments: ArgumentReader
    spec: Hookspec | None = None
    decides: bool = False


def find_calls(host: Host) -> dict[tuple[str, str], HookCall]:
    """Prepare the calls of all hooks, by category and name, and a ping in each category."""
    converter = make_converter()
    ping = HookCall(ArgumentReader((make_argument("id", str, converter),)))
    calls: dict[tuple[str, str], HookCall] = {}
    for category in host.categories:
        calls[category.name, PING] = ping
        for name, spec in category.hookspecs.items():
            # Where an argument can be replaced, the result says by what.
            decides = spec.rule.denies and spec.rule.replaced is None
            calls[category.name, name] = HookCall(ArgumentReader.of(spec, converter), spec, decides)
    return calls


def refuse_path(path: Sequence[str], known: Collection[tuple[str, str]]) -> NoReturn:
    """Say what there is instead of a path.

    Raises:
        HttpError: In any case (404).
    """
    categories = sorted({category for category, _ in known})
    category, *rest = path
    if category not in categories:
        what = f"this host has no category {category!r}"
        near = did_you_mean(category, categories)
    else:
        what = f"the category {category!r} has no hook {'/'.join(rest)!r}"
        near = did_you_mean("/".join(rest), [hook for other, hook in known if other == category])
    raise HttpError(404, "unknown_hook", f"{what}: {near or 'GET /_hostkit/hooks lists all'}")


def refuse_browsers(request: Request) -> None:
    """Refuse what a web page sends: no page may ask a host's modules in its visitor's name.

    Raises:
        HttpError: The request has an ``Origin`` (403).
    """
    if request.requestHeaders.hasHeader(b"origin"):
        raise HttpError(403, "cross_origin", "web pages may not call the gateway")


def read_body(request: Request) -> Any:
    """Read a body in JSON; without one it is an empty object.

    Raises:
        HttpError: It is in another format (415), or not what it claims to be (400).
    """
    if request.getHeader(b"content-type") is not None:
        check_json_type(request)
    assert request.content is not None  # noqa: S101 -- there is one while a request is rendered
    try:
        return read_json(request.content.read() or b"{}")
    except ValueError as error:
        raise HttpError(400, "bad_arguments", str(error)) from None


def wants_trace(request: Request) -> bool:
    """Whether the answer is to contain every step of the call (``?explain=1``).

    Raises:
        HttpError: The parameter is neither 0 nor 1 (400).
    """
    values = (request.args or {}).get(b"explain")
    if values is None:
        return False
    if values not in ([b"0"], [b"1"]):
        raise HttpError(400, "bad_arguments", "?explain= is 0 or 1, given once", field="explain")
    return bool(values == [b"1"])

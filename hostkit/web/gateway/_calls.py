"""`Call`: how one hook is called over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn, final

import attrs

from hostkit.rules import FirstDenial
from hostkit.web._http_error import HttpError
from hostkit.web.gateway._arguments import Arguments, make_argument
from hostkit.web.gateway._types import make_converter
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hostkit.host import Host
    from hostkit.specs import Hookspec

PING: Final = "ping"
"""What a caller sends to see whether the gateway is there; a hook of that name comes first."""


@final
@attrs.frozen
class Call:
    """What a path of the gateway stands for.

    Attributes:
        arguments: What is sent to it.
        spec: The hook; a ping has none.
        decides: Whether it is asked for a decision, and not for a value.
    """

    arguments: Arguments
    spec: Hookspec | None = None
    decides: bool = False


def find_calls(host: Host) -> dict[tuple[str, str], Call]:
    """Prepare the calls of all hooks, by category and name, and a ping in each category."""
    converter = make_converter()
    ping = Call(Arguments((make_argument("id", str, converter),)))
    calls: dict[tuple[str, str], Call] = {}
    for category in host.categories:
        calls[category.name, PING] = ping
        for name, spec in category.hookspecs.items():
            # Where an argument can be replaced, the result tells with what.
            decides = isinstance(spec.rule, FirstDenial) and spec.rule.replaces is None
            calls[category.name, name] = Call(Arguments.of(spec, converter), spec, decides)
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

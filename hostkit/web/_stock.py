"""The error pages that Twisted has in stock, and what is answered instead of them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final, cast

from twisted.web import pages
from twisted.web.resource import Resource

from hostkit.web._pages import FORBIDDEN, NOT_FOUND

if TYPE_CHECKING:
    from twisted.web.resource import IResource

    from hostkit.web._pages import ErrorPage


def in_json(resource: IResource) -> IResource:
    """Give the same error in JSON for a page of Twisted's own; any other resource as it is.

    A page with a text of the module's own is the module's, and stays.

    Args:
        resource: What was found for a request.
    """
    for texts, page in _STOCK.get(type(resource), ()):
        if all(vars(resource).get(name) == text for name, text in texts.items()):
            return page
    return resource


def _stock() -> dict[type, list[tuple[dict[str, Any], ErrorPage]]]:
    with warnings.catch_warnings():
        # Twisted uses what it has deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        from twisted.web.static import File  # noqa: PLC0415

        unknown_child = Resource().getChild(b"", None)
    stock: dict[type, list[tuple[dict[str, Any], ErrorPage]]] = {}
    for theirs, ours in (
        (unknown_child, NOT_FOUND),
        (pages.notFound(), NOT_FOUND),
        (pages.forbidden(), FORBIDDEN),
        (File.childNotFound, NOT_FOUND),
        (File.forbidden, FORBIDDEN),
    ):
        # What else is on a resource is how it was put where it is.
        texts = {
            name: value
            for name, value in vars(cast("object", theirs)).items()
            if isinstance(value, str | int)
        }
        stock.setdefault(type(theirs), []).append((texts, ours))
    return stock


_STOCK: Final = _stock()

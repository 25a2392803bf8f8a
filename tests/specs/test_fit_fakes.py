"""Callbacks of which the attributes say nothing: mocks of functions, and proxies."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import MethodType
from typing import Any
from unittest.mock import AsyncMock, MagicMock, Mock

import pytest

from hostkit.specs import Fit, fit_by_name, fit_by_position
from tests.specs.fitting import CHECK


def function(author: str, text: str) -> str:
    return author + text


def three(first: str, author: str, text: str) -> str:
    return first + author + text


def yielding(author: str, text: str) -> Any:
    yield author, text


class Secretive:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"{name} is secret")

    def __call__(self, author: str, text: str) -> str:
        return author + text


class Proxy:
    """Has every attribute, as proxies of remote objects do."""

    def __getattr__(self, name: str) -> Any:
        return Proxy()

    def __call__(self, author: str, text: str) -> str:
        return author + text


class AsyncProxy(Proxy):
    async def __call__(self, author: str, text: str) -> str:  # type: ignore[override]
        return author + text


@pytest.mark.parametrize("fit", [fit_by_position, fit_by_name])
def test_proxies_are_known_by_their_class(fit: Callable[..., Fit]) -> None:
    """An object whose attributes are all proxies, or all raise, is what its ``__call__`` is."""
    assert Fit(("author", "text"), is_async=False) == fit(CHECK, Secretive())
    assert Fit(("author", "text"), is_async=False) == fit(CHECK, Proxy())
    assert Fit(("author", "text"), is_async=True) == fit(CHECK, AsyncProxy())


@pytest.mark.parametrize("kind", [Mock, MagicMock])
@pytest.mark.parametrize("spec", [function, three, yielding])
def test_fakes_of_functions_take_everything(
    kind: Callable[..., Any], spec: Callable[..., Any]
) -> None:
    """A mock with a function as its ``spec`` passes for one, but does not show its parameters."""
    for fake in (kind(spec=spec), kind(spec_set=spec)):
        expected = Fit(CHECK.arguments, is_async=False)
        assert fit_by_position(CHECK, fake) == expected
        assert fit_by_position(CHECK, functools.partial(fake)) == expected
        assert fit_by_position(CHECK, MethodType(fake, 5)) == expected
        assert fit_by_name(CHECK, fake) == Fit((), is_async=False)
    assert fit_by_position(CHECK, AsyncMock(spec=spec)) == Fit(CHECK.arguments, is_async=True)

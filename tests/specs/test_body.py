from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from hostkit.specs import has_body

KINDS = ("def", "async def")
EMPTY = [
    '"""Documented."""',
    "...",
    "pass",
    "return",
    "return None",
    '"""Documented."""\n...',
    '"""Documented."""\npass',
    '"""Documented."""\n\n# A remark.\n...',
    '"""Documented."""\nreturn None',
    '"""Documented."""\n"Not so documented."',
    '"""Documented."""\npass\n...',
    "...\n...\n...",
    '"""Documented."""\n...\nreturn',
]
CODE = [
    "return True",
    "return False",
    "return 0",
    "return ()",
    "return ...",
    'return "text"',
    "return text",
    "return self",
    "text",
    "raise NotImplementedError",
    "raise NotImplementedError('text')",
    "text = None",
    "return self.other(text)",
    "if text:\n    return None",
]
DOCUMENTED_CODE = [f'"""Documented."""\n{body}' for body in [*CODE, 'return "Documented."']]


def compiled(kind: str, body: str) -> Callable[..., Any]:
    namespace: dict[str, Any] = {}
    exec(f"{kind} hook(self, text=''):\n" + textwrap.indent(body, "    "), namespace)
    function: Callable[..., Any] = namespace["hook"]
    return function


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", EMPTY)
def test_what_does_nothing_has_no_body(kind: str, body: str) -> None:
    """However nothing is written, it is only a declaration."""
    assert not has_body(compiled(kind, body))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", [*CODE, *DOCUMENTED_CODE])
def test_code_is_a_body(kind: str, body: str) -> None:
    """What returns a value, raises or calls something is a fallback."""
    assert has_body(compiled(kind, body))


@pytest.mark.parametrize(("body", "expected"), [("...", False), ("return 5", True)])
def test_wrappers_are_looked_through(body: str, expected: bool) -> None:
    """What counts is the function that a decorator wraps."""
    inner = compiled("def", body)

    @functools.wraps(inner)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return inner(*args, **kwargs)

    assert has_body(wrapper) == expected

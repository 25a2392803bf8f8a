"""`find_blocking`: calls in the source of an asynchronous callback that stop the event loop."""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from typing import TYPE_CHECKING, Any, Final, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BLOCKING: Final = frozenset(
    {
        "time.sleep",
        *(f"requests.{name}" for name in ("delete", "get", "head", "patch", "post", "put")),
        "requests.request",
        *(f"httpx.{name}" for name in ("delete", "get", "head", "patch", "post", "put")),
        *(f"subprocess.{name}" for name in ("call", "check_call", "check_output", "run")),
        "os.system",
        "socket.create_connection",
        "urllib.request.urlopen",
    }
)
_INNER: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@final
@attrs.frozen
class BlockingCall:
    """A call that blocks.

    Attributes:
        name: What is called, such as ``time.sleep``.
        place: File and line of the call.
    """

    name: str
    place: str


def find_blocking(function: Callable[..., Any]) -> Iterator[BlockingCall]:
    """Find calls of what is known to block; what the function calls otherwise is not followed.

    Args:
        function: A callback. One without source, or not written with `async def`, is passed over:
            it may well run in a thread.
    """
    while isinstance(function, functools.partial):
        function = function.func
    inner = inspect.unwrap(getattr(function, "__func__", function))
    if not inspect.iscoroutinefunction(inner):
        return
    try:
        lines, first = inspect.getsourcelines(inner)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, SyntaxError):  # made by a program, or changed since it was imported
        return
    for call in (each for defined in tree.body for each in _calls(defined)):
        name = _resolve(call.func, inner.__globals__)
        if name in _BLOCKING:
            line = first + call.lineno - 1
            yield BlockingCall(name, f"{inner.__code__.co_filename}:{line}")


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """Walk through a function, but not through those inside it, which may run in a thread."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _INNER):
            continue
        if isinstance(child, ast.Call):
            yield child
        yield from _calls(child)


def _resolve(node: ast.expr, names: dict[str, Any]) -> str:
    """Find what a name means where the function is defined: ``module.name``."""
    if isinstance(node, ast.Attribute):
        owner = node.value
        value = names.get(owner.id) if isinstance(owner, ast.Name) else None
        if inspect.ismodule(value):
            return f"{value.__name__}.{node.attr}"
        return f"{_dotted(owner, names)}.{node.attr}"
    if isinstance(node, ast.Name):
        value = names.get(node.id)
        return f"{getattr(value, '__module__', '')}.{getattr(value, '__name__', '')}"
    return ""


def _dotted(node: ast.expr, names: dict[str, Any]) -> str:
    """Find the module that ``package.module`` means."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        value = names.get(node.value.id)
        return f"{value.__name__}.{node.attr}" if inspect.ismodule(value) else ""
    return ""

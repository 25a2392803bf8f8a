"""The text of a callback for a hook, as `hostkit new` writes it into a module."""

from __future__ import annotations

import json
import sys
import types
from enum import Enum
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Literal,
    Union,
    final,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs

from hostkit.rules import ALLOW, CONTINUE, Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hostkit.specs import Category, Hookspec

_MARGIN: Final = "    "
_LONGEST: Final = 100
_UNIONS: Final = frozenset({Union, types.UnionType})
_CONSTANTS: Final[dict[Any, str]] = {None: "None", type(None): "None", ...: "..."}
_SAMPLES: Final = {str: '"text"', int: "1", float: "1.0", bool: "True", dict: "{}", list: "[]"}


@final
@attrs.frozen
class CallbackText:
    """A callback for a hook, in pieces.

    Attributes:
        hook: The full name of the hook.
        signature: The first lines of the method.
        answer: What is returned; empty for nothing.
        samples: Arguments for a call, each after a comma.
        imports: The names that are used, each with its Python module.
    """

    hook: str
    signature: str
    answer: str
    samples: str
    imports: frozenset[tuple[str, str]]


def write_callback(category: type[Category]) -> CallbackText | None:
    """Write a callback for a hook of a category, which leaves the decision to others.

    Args:
        category: The category.

    Returns:
        The callback, for a hook that decides if there is one; `None` if no hook is simple enough.
    """
    found = [spec for spec in category.hookspecs.values() if _is_simple(spec)]
    found.sort(key=lambda spec: not _is_constant(spec.rule.passes))
    return _write(found[0]) if found else None


def _is_simple(spec: Hookspec) -> bool:
    if not spec.is_async or spec.keyed is not None or spec.deprecated is not None:
        return False
    return _is_constant(spec.rule.passes) or _takes_none(spec)


def _is_constant(answer: Any) -> bool:
    return isinstance(answer, bool | str | Enum)


def _takes_none(spec: Hookspec) -> bool:
    try:
        return spec.rule.judge(None) is CONTINUE
    except Exception:  # noqa: BLE001 -- a hook reads answers by code of its own
        return False


def _write(spec: Hookspec) -> CallbackText:
    names = _Names()
    hints = {name: _hint(spec, name) for name in spec.arguments}
    parameters = [f"{name}: {names.write(hint)}" for name, hint in hints.items()]
    answer = spec.rule.passes if _is_constant(spec.rule.passes) else None
    result = names.write(Decision if answer is ALLOW else type(answer))
    return CallbackText(
        hook=spec.full_name,
        signature=_signature(spec.name, parameters, result),
        answer="" if answer is None else f" {names.write_constant(answer)}",
        samples="".join(f", {_sample(hint)}" for hint in hints.values()),
        imports=frozenset((module, name) for name, module in names.modules.items()),
    )


def _signature(name: str, parameters: Sequence[str], result: str) -> str:
    line = f"{_MARGIN}async def {name}({', '.join(['self', *parameters])}) -> {result}:"
    if len(line) <= _LONGEST:
        return line
    inner = "".join(f"{_MARGIN * 2}{each},\n" for each in ["self", *parameters])
    return f"{_MARGIN}async def {name}(\n{inner}{_MARGIN}) -> {result}:"


def _hint(spec: Hookspec, name: str) -> Any:
    """Resolve one annotation; `Any` if it names what only type checkers import."""
    annotation = spec.function.__annotations__.get(name, Any)
    alone = types.SimpleNamespace(__annotations__={name: annotation})
    try:
        return get_type_hints(alone, vars(sys.modules[spec.function.__module__]))[name]
    except Exception:  # noqa: BLE001 -- evaluating a string may raise anything
        return Any


def _sample(hint: Any) -> str:
    """Write an argument for a test; where none is obvious, any object."""
    if type(None) in get_args(hint):
        return "None"
    return _SAMPLES.get(get_origin(hint) or hint, "object()")


@final
@attrs.define
class _Names:
    """Writes types, and notes which names have to be imported.

    Attributes:
        modules: The Python module of each name.
    """

    modules: dict[str, str] = attrs.field(factory=dict)

    def write(self, hint: Any) -> str:
        """Write a type; one without a name that can be imported is `Any`."""
        if hint in _CONSTANTS:
            return _CONSTANTS[hint]
        if hint == Decision:
            return self._name("Decision", "hostkit")
        base, members = get_origin(hint), get_args(hint)
        if base in _UNIONS:
            return " | ".join(map(self.write, members))
        if base is Literal:
            choices = ", ".join(map(self.write_constant, members))
            return f"{self._name('Literal', 'typing')}[{choices}]"
        # The arguments of a `Callable` are a list; its name alone would not be a whole type.
        if base is None or any(isinstance(each, list) for each in members):
            return self._class(hint)
        return f"{self._class(base)}[{', '.join(map(self.write, members))}]"

    def write_constant(self, value: Any) -> str:
        """Write a constant."""
        if value is ALLOW:
            return self._name("ALLOW", "hostkit")
        if isinstance(value, Enum):
            return f"{self._class(type(value))}.{value.name}"
        return json.dumps(value) if isinstance(value, str) else repr(value)

    def _class(self, cls: Any) -> str:
        if isinstance(cls, type) and cls.__module__ == "builtins":
            return cls.__name__
        if isinstance(cls, type) and "." not in cls.__qualname__:
            return self._name(cls.__name__, home_of(cls))
        return self._name("Any", "typing")

    def _name(self, name: str, module: str) -> str:
        self.modules[name] = module
        return name


def home_of(cls: type) -> str:
    """Find the outermost package that offers a class: the one to import it from.

    Args:
        cls: A class at the top of a Python module.
    """
    parts = cls.__module__.split(".")
    homes = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
    return next(home for home in homes if getattr(sys.modules[home], cls.__name__, None) is cls)

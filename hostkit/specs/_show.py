"""Write a signature as its author did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import inspect


class _Bare(str):
    """Text that stands for itself, without quotes: an annotation that was not evaluated."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def show_function(name: str, signature: inspect.Signature, *, is_async: bool = False) -> str:
    """Write a function's first line, without the colon."""
    parameters = [_bare_parameter(parameter) for parameter in signature.parameters.values()]
    bare = signature.replace(
        parameters=parameters, return_annotation=_bare(signature.return_annotation)
    )
    return f"{'async ' if is_async else ''}def {name}{bare}"


def show_parameter(parameter: inspect.Parameter) -> str:
    """Write one parameter as it stands in a signature."""
    return str(_bare_parameter(parameter))


def _bare_parameter(parameter: inspect.Parameter) -> inspect.Parameter:
    return parameter.replace(annotation=_bare(parameter.annotation))


def _bare(annotation: Any) -> Any:
    return _Bare(annotation) if isinstance(annotation, str) else annotation

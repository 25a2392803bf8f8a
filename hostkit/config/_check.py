"""`Check`: what a field's type alone cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, final, get_args, get_origin

import attrs

from hostkit.codes import Code
from hostkit.config._fault import Fault, StructureErrors
from hostkit.wording import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from cattrs import Converter


@final
@attrs.frozen
class Check:
    """A condition on a field's value: ``Annotated[int, Check(is_positive, "1 or more")]``.

    Unlike an attrs validator it is part of the type, so it is told together with the faults of all
    other fields.

    Attributes:
        accepts: Whether a value, already of the right type, is allowed.
        expected: What is allowed, in words.
    """

    accepts: Callable[[Any], bool]
    expected: str


def register(converter: Converter) -> None:
    """Teach a converter the types that carry a `Check`."""
    converter.register_structure_hook_factory(_has_check, _check_hook)


def _has_check(cls: Any) -> bool:
    return get_origin(cls) is Annotated and isinstance(get_args(cls)[1], Check)


def _check_hook(cls: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    plain, check = get_args(cls)
    hook = converter.get_structure_hook(plain)

    def structure_checked(value: Any, _cls: Any) -> Any:
        result = hook(value, plain)
        if check.accepts(result):
            return result
        message = f"{show(value)} is not allowed here"
        raise StructureErrors((Fault(Code.NOT_ALLOWED, message, expected=check.expected),))

    return structure_checked

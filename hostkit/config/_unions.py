"""The hook for unions: which of its members a value means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, get_args

import attrs
from cattrs import BaseValidationError

from hostkit.codes import Code
from hostkit.config._faults import Fault, StructureErrors, faults_of
from hostkit.config._plain import Plain, ambiguous, bare, shown
from hostkit.config._tags import find_tag
from hostkit.wording import either, show

if TYPE_CHECKING:
    from cattrs import Converter


def union_hook(cls: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    """Make the hook of a union.

    Args:
        cls: The union.
        converter: Knows the hooks of its members.
    """
    members = [member for member in get_args(cls) if member is not type(None)]
    hooks = [(member, converter.get_structure_hook(member)) for member in members]
    tag = find_tag(members)
    allows_null = len(members) < len(get_args(cls))

    def structure_union(value: Any, _cls: Any) -> Any:
        if bare(value) is None and allows_null:
            return None
        if len(hooks) == 1:
            return hooks[0][1](value, members[0])
        if tag is not None and isinstance(value, Mapping):
            chosen = tag.choose(value)
            if chosen is not None:
                return dict(hooks)[chosen](value, chosen)
        failures = []
        # The value's own type first: 5 stays a whole number in `float | int`.
        own = type(bare(value))
        is_written = isinstance(value, Plain) and not value.is_foreign
        fitting = []
        for member, hook in sorted(hooks, key=lambda pair: pair[0] is not own):
            try:
                fitting.append(hook(value, member))
            except (StructureErrors, BaseValidationError) as error:
                failures.append(faults_of(error))
            else:
                if not is_written:
                    break
        return _only_meaning(value, fitting, failures)

    return structure_union


def _only_meaning(value: Any, fitting: list[Any], failures: list[tuple[Fault, ...]]) -> Any:
    """Choose what a value means in a union, unless it means two things there."""
    if any(fault.code == Code.AMBIGUOUS for faults in failures for fault in faults):
        raise ambiguous(value)
    if not fitting:
        raise _fits_none(shown(value), failures)
    if any(isinstance(each, str) != isinstance(fitting[0], str) for each in fitting):
        raise ambiguous(value)
    return fitting[0]


def _fits_none(value: Any, failures: list[tuple[Fault, ...]]) -> StructureErrors:
    """Blame the member that came nearest: one whose faults lie inside the value, fewest first."""
    inside = [faults for faults in failures if any(fault.path for fault in faults)]
    if inside:
        return StructureErrors(min(inside, key=len))
    expected = [fault.expected for faults in failures for fault in faults if fault.expected]
    for faults in failures:
        if faults[0].code == Code.NOT_A_CHOICE:
            return StructureErrors((attrs.evolve(faults[0], expected=either(expected)),))
    message = f"{show(value)} does not belong here"
    fault = Fault(Code.WRONG_TYPE, message, expected=either(expected) if expected else None)
    return StructureErrors((fault,))

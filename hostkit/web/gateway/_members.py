"""`Members`: those of a JSON object that have a type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, final

import attrs

from hostkit.config import Fault, StructureErrors, faults_of, wrong_type

if TYPE_CHECKING:
    from cattrs import Converter

Structure: TypeAlias = Callable[[Any, Any], Any]
"""What cattrs calls a structure hook: takes a value and a type."""


def hook_for(hint: Any, converter: Converter) -> Structure:
    """Find what structures values of a type; what cannot be structured stays as it is."""
    try:
        return converter.get_structure_hook(hint)
    except Exception:  # noqa: BLE001 -- a class can be wrong in as many ways as code can
        return lambda value, _: value


@final
@attrs.frozen(slots=False)
class Members:
    """Structures the members of objects of one kind; others stay as they are.

    Attributes:
        hints: The annotation of each member.
        converter: What structures them.
    """

    hints: Mapping[str, Any]
    converter: Converter

    @cached_property
    def _hooks(self) -> dict[str, tuple[Structure, Any]]:
        # Looked for when they are needed: an object can have members of its own kind.
        return {name: (hook_for(hint, self.converter), hint) for name, hint in self.hints.items()}

    def fill(self, value: Any) -> dict[str, Any]:
        """Make a new dict with the members of an object.

        Raises:
            StructureErrors: It is no object, or members have the wrong type.
        """
        if not isinstance(value, Mapping):
            raise wrong_type(value, "a mapping")
        members = dict(value)
        faults: list[Fault] = []
        for name in self._hooks.keys() & members.keys():
            hook, hint = self._hooks[name]
            try:
                members[name] = hook(members[name], hint)
            except Exception as error:  # noqa: BLE001 -- a class may refuse in its own way
                faults += (fault.under(name) for fault in faults_of(error))
        if faults:
            raise StructureErrors(tuple(faults))
        return members

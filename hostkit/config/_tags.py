"""Unions of classes that say by a field of choices which of them is meant."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Literal, final, get_args, get_origin, get_type_hints

import attrs

from hostkit.codes import Code
from hostkit.config._classes import is_class
from hostkit.config._faults import Fault, StructureErrors
from hostkit.config._fields import default_keys, written_keys
from hostkit.config._plain import readings, shown
from hostkit.wording import did_you_mean, either, show

if TYPE_CHECKING:
    from collections.abc import Mapping

_MISSING: Final = object()


@final
@attrs.frozen
class Tag:
    """A key that all members of a union have, each with choices of its own.

    Attributes:
        key: The key.
        members: The member that each choice means.
        is_optional: Whether some members have a default for it.
    """

    key: str
    members: dict[Any, Any]
    is_optional: bool

    def choose(self, value: Mapping[Any, Any]) -> Any:
        """Find the member that a mapping means.

        Args:
            value: The mapping.

        Returns:
            The member; `None` if the key is left out, and may be.

        Raises:
            StructureErrors: The key is missing, or its value means none of them.
        """
        written = value.get(self.key, _MISSING)
        choices = list(self.members)
        expected = either([repr(choice) for choice in choices])
        if written is _MISSING:
            if self.is_optional:
                return None
            message = f"the key {self.key!r} is missing, which says what this is"
            raise StructureErrors((Fault(Code.MISSING_KEY, message, expected=expected),))
        for each in readings(written, choices):
            for choice, member in self.members.items():
                if type(choice) is type(each) and choice == each:
                    return member
        meant = shown(written)
        names = [choice for choice in choices if isinstance(choice, str)]
        hint = did_you_mean(meant, names) if isinstance(meant, str) else None
        message = f"{show(meant)} is not one of the choices"
        fault = Fault(Code.NOT_A_CHOICE, message, (self.key,), expected, hint)
        raise StructureErrors((fault,))


def find_tag(members: list[Any]) -> Tag | None:
    """Find the key by which the members of a union differ, if there is one.

    Args:
        members: The members; their annotations are resolved.
    """
    if len(members) < 2 or not all(is_class(member) for member in members):  # noqa: PLR2004
        return None
    choices = [_choices_of(member) for member in members]
    for key in choices[0]:
        if all(key in each for each in choices):
            pairs = [(c, m) for each, m in zip(choices, members, strict=True) for c in each[key]]
            if len({(type(choice), choice) for choice, _ in pairs}) == len(pairs):
                is_optional = any(
                    key in default_keys(get_origin(member) or member) for member in members
                )
                return Tag(key, dict(pairs), is_optional)
    return None


def _choices_of(member: Any) -> dict[str, list[Any]]:
    """Find the keys of a class whose fields are of the type `Literal`, with their choices."""
    cls = get_origin(member) or member
    hints = get_type_hints(cls) if not attrs.has(cls) else _attrs_types(cls)
    return {
        key: [choice.value if isinstance(choice, Enum) else choice for choice in get_args(hint)]
        for name, key in written_keys(cls).items()
        if get_origin(hint := hints[name]) is Literal
    }


def _attrs_types(cls: Any) -> dict[str, Any]:
    return {field.name: field.type for field in attrs.fields(cls)}

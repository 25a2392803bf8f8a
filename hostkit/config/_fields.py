"""What a field of a class can declare beyond its type: a condition, or a key of the config file.

Both are for hostkit's own blocks of the file; the ``Config`` of a module needs neither.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

# Of attrs' metadata, so that the classes stay plain to type checkers and to everything else.
_SETTING: Final = "hostkit.setting"


@final
@attrs.frozen
class Check:
    """A condition on a field's value: ``Annotated[int, Check(is_positive, "1 or more")]``.

    Unlike an attrs validator it is part of the type, so its fault is reported together with those
    of all other fields.

    Attributes:
        accepts: Whether a value, already of the right type, is allowed.
        expected: What is allowed, in words.
    """

    accepts: Callable[[Any], bool]
    expected: str


@final
@attrs.frozen
class Setting:
    """What is declared about a key of the config file, besides its type and default.

    Attributes:
        help: What it means, as Markdown for the operators' page.
        reload: Whether a running host takes over a new value.
        key: How the file calls it; `None`: as the field.
        shown: Its default as the operators' page shows it; `None`: as it would be written.
        null_is_default: Whether ``null`` means the same as leaving it out.
    """

    help: str
    reload: bool
    key: str | None
    shown: str | None
    null_is_default: bool


def setting(  # noqa: PLR0913 - all but the sentence are optional
    default: Any = attrs.NOTHING,
    *,
    help: str,  # noqa: A002 - as in argparse and click
    reload: bool = False,
    key: str | None = None,
    shown: str | None = None,
    null_is_default: bool = False,
    secret: bool = False,
) -> Any:
    """Declare a field as a key of the config file; a field made otherwise is none.

    Args:
        default: The value where the key is left out; without one the key is required.
        help: What it means, as Markdown for the operators' page.
        reload: Whether a running host takes over a new value.
        key: How the file calls it, if not as the field.
        shown: Its default as the operators' page shows it, if not as it would be written.
        null_is_default: Whether ``null`` means the same as leaving it out.
        secret: Whether `repr` leaves it out.
    """
    declared = Setting(help, reload, key, shown, null_is_default)
    return attrs.field(default=default, repr=not secret, metadata={_SETTING: declared})


def settings_of(cls: Any) -> dict[str, tuple[attrs.Attribute[Any], Setting]]:
    """List the keys that a block of the config file may have, with what is declared about each.

    Args:
        cls: An attrs class; one without a `setting` has none.
    """
    declared = ((field, field.metadata.get(_SETTING)) for field in attrs.fields(cls))
    return {(each.key or field.name): (field, each) for field, each in declared if each is not None}


def written_keys(cls: Any) -> dict[str, str]:
    """List the fields of a class that a mapping may fill, each with the key it is written as."""
    if dataclasses.is_dataclass(cls):
        return {field.name: field.name for field in dataclasses.fields(cls) if field.init}
    if not attrs.has(cls):  # a NamedTuple, or a TypedDict
        return {name: name for name in getattr(cls, "_fields", getattr(cls, "__annotations__", ()))}
    settings = settings_of(cls)
    if settings:
        return {field.name: key for key, (field, _) in settings.items()}
    return {field.name: field.alias or field.name for field in attrs.fields(cls) if field.init}


def default_keys(cls: Any) -> set[str]:
    """List the keys of a class that may be left out."""
    keys = written_keys(cls)
    if attrs.has(cls):
        fields = [field for field in attrs.fields(cls) if field.name in keys]
        return {keys[field.name] for field in fields if field.default is not attrs.NOTHING}
    if dataclasses.is_dataclass(cls):
        nothing = (dataclasses.MISSING, dataclasses.MISSING)
        fields_ = [field for field in dataclasses.fields(cls) if field.name in keys]
        return {each.name for each in fields_ if (each.default, each.default_factory) != nothing}
    optional: frozenset[str] = getattr(cls, "__optional_keys__", frozenset())
    return {*optional, *getattr(cls, "_field_defaults", {})}

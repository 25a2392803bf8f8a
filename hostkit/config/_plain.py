"""Plain scalars: what YAML 1.1 makes of one, what YAML 1.2 does, and what a field asks for.

PyYAML reads YAML 1.1, where ``010`` is 8, ``12:30`` is 750 and ``1e3`` is a string. The text of
such a value is kept beside it, so that a field which asks for a number can read what was meant, or
refuse what has two meanings. Whatever asks for nothing gets the value itself.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, final

import attrs
import yaml

from hostkit.codes import Code
from hostkit.config._faults import Fault, StructureErrors
from hostkit.config._readings import BOOLS, core, is_number, older
from hostkit.wording import show

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hostkit.errors import Path

_STAND_INS: Final[dict[Any, Any]] = {
    bool: False,
    bytes: b"",
    date: date(2000, 1, 1),
    datetime: datetime(2000, 1, 1),  # noqa: DTZ001 - as YAML gives it
    float: 1.0,
    int: 1,
}


@final
@attrs.frozen(eq=False)
class Plain:
    """A value that stands in the file without quotes, or elsewhere.

    Attributes:
        value: What one gets who does not ask for a type.
        text: What is written.
        older: What PyYAML reads, which is YAML 1.1.
        is_foreign: Whether it stands elsewhere, where there are no quotes: any field may have it.
        is_secret: Whether messages must not show it.
        is_absent: Whether it only stands in for what is not there.
        path: Where it stands.
        kept: Collects those whose value was taken as it is, although it may surprise.
    """

    value: Any
    text: str
    older: Any
    is_foreign: bool = False
    is_secret: bool = False
    is_absent: bool = False
    path: Path = ()
    kept: list[Plain] = attrs.field(factory=list, repr=False)

    @property
    def surprise(self) -> str | None:
        """What may surprise about the value, if YAML 1.2 reads another one."""
        newer = core(self.text.replace("_", ""))
        if is_number(self.older):
            odd = ":" in self.text or (isinstance(newer, int) and newer != self.older)
        else:
            odd = isinstance(self.older, str) and is_number(newer) and not self.is_foreign
        return _two_readings(self) if odd else None

    @property
    def newer(self) -> Any:
        """What YAML 1.2 reads; with `_` between digits what was meant, if that differs."""
        meant = core(self.text.replace("_", ""))
        return core(self.text) if meant == self.older else meant


def note(node: yaml.ScalarNode, value: Any, source: str) -> Plain | None:
    """Keep the text of a plain scalar, if another reading than PyYAML's is possible.

    Args:
        node: The scalar.
        value: What PyYAML reads.
        source: Everything that stands there: perhaps an anchor, and a tag.
    """
    text = node.value
    if isinstance(value, str) and text not in BOOLS and isinstance(core(text), str):
        return None
    if node.style in {"'", '"', "|", ">"} or value is None:
        return None
    # One with a tag of its own says what it is.
    return None if "!" in source else Plain(value, text, value)


class _List(list[Any]):
    """A list with plain scalars somewhere in it."""


class _Dict(dict[Any, Any]):
    """A mapping with plain scalars somewhere in it."""


@final
@attrs.frozen(eq=False)
class Written:
    """A value as it is written: with the text of each plain scalar in it.

    Attributes:
        value: What `structure` takes.
        kept: Those whose value was taken as it is although it may surprise.
    """

    value: Any
    kept: list[Plain]

    def as_read(self) -> Any:
        """Take the whole as PyYAML read it."""
        return unwrap(self.value)


def written(value: Any, path: Path, plains: Mapping[Path, Plain]) -> Written:
    """Put the plain scalars of a value back to where they stood.

    Args:
        value: What was read.
        path: Where it stands.
        plains: The plain scalars of the whole file.
    """
    kept: list[Plain] = []
    # What has no texts, as in a program, is handed on as it is.
    return Written(_wrap(value, path, plains, kept) if plains else value, kept)


def _wrap(value: Any, path: Path, plains: Mapping[Path, Plain], kept: list[Plain]) -> Any:
    if isinstance(value, dict):
        return _Dict((key, _wrap(each, (*path, key), plains, kept)) for key, each in value.items())
    if isinstance(value, list):
        return _List(_wrap(each, (*path, at), plains, kept) for at, each in enumerate(value))
    plain = plains.get(path)
    return value if plain is None else attrs.evolve(plain, path=path, kept=kept)


def unwrap(value: Any) -> Any:
    """Take values as PyYAML read them, and collect those that may surprise."""
    if isinstance(value, Plain):
        if value.surprise is not None:
            value.kept.append(value)
        return value.value
    if isinstance(value, _Dict):
        return {key: unwrap(each) for key, each in value.items()}
    return [unwrap(each) for each in value] if isinstance(value, _List) else value


def bare(value: Any) -> Any:
    """Take one value as PyYAML read it."""
    return value.value if isinstance(value, Plain) else value


def is_absent(value: Any) -> bool:
    """Whether a value only stands in for what is not there."""
    return isinstance(value, Plain) and value.is_absent


def is_secret(value: Any) -> bool:
    """Whether a value stood elsewhere, and must not be shown."""
    return isinstance(value, Plain) and value.is_secret


def shown(value: Any) -> Any:
    """Take one value as a message may show it."""
    return "[redacted]" if is_secret(value) else bare(value)


def read_as(value: Any, cls: Any) -> Any:
    """Read a value for a field that asks for a boolean, a number or a string.

    Args:
        value: The value, or its `Plain`.
        cls: What the field asks for.

    Returns:
        The value, which may still be of the wrong type.

    Raises:
        StructureErrors: It has two meanings, YAML 1.1's and YAML 1.2's.
    """
    if not isinstance(value, Plain):
        return value
    if value.is_absent:
        return _STAND_INS.get(cls, value.value)
    if cls is bool:
        return BOOLS.get(value.text, value.value)
    if cls is int or cls is float:
        return _read_number(value)
    if cls is str and value.is_foreign:
        return value.value if value.value is None else value.text
    if cls is str and not isinstance(value.value, str) and isinstance(core(value.text), str):
        raise ambiguous(value)
    return value.older if type(value.older) is cls else value.value


def readings(value: Any, choices: Collection[Any]) -> tuple[Any, ...]:
    """List what a value may mean where one of some choices is asked for, PyYAML's reading first.

    Args:
        value: The value, or its `Plain`.
        choices: What may be written.

    Raises:
        StructureErrors: It has two meanings.
    """
    if not isinstance(value, Plain):
        return (value,)
    if value.is_absent:
        return tuple(choices)
    if value.is_foreign:
        return (value.value, value.text, value.older, core(value.text))
    if isinstance(value.value, str):
        return (value.value, core(value.text))
    if value.text in choices or (is_number(value.value) and value.surprise is not None):
        raise ambiguous(value)
    return (value.value,)


def why_string(text: str, *, is_boolean: bool) -> str | None:
    """Say why a value is a string that looks like what is asked for, if it does.

    Args:
        text: The string.
        is_boolean: Whether a boolean is asked for, and not a number.
    """
    newer = core(text)
    if text not in BOOLS if is_boolean else not is_number(newer):
        return None
    reason = "a value in quotes is always a string"
    if is_boolean or not isinstance(older(text), str):
        return reason
    form = yaml.safe_dump(newer).split("\n")[0]
    return f"{reason}; so is {text} in YAML 1.1, even without quotes: write {form}"


def _read_number(plain: Plain) -> Any:
    newer = core(plain.text)
    if not is_number(plain.older):
        return newer if is_number(newer) else plain.value
    if plain.surprise is not None:
        raise ambiguous(plain)
    return plain.older


def ambiguous(plain: Plain) -> StructureErrors:
    """Build the error for a value that has two meanings."""
    if plain.is_secret:
        message = "this value means one thing in YAML 1.1 and another in YAML 1.2"
        return StructureErrors((Fault(Code.AMBIGUOUS, message),))
    both = (plain.older, plain.newer)
    # As YAML writes them: `False` is `false`.
    typed = [str(each).lower() for each in both if isinstance(each, int | float)]
    choices = ", or ".join(typed if plain.is_foreign else [*typed, f"'{plain.text}' in quotes"])
    fault = Fault(Code.AMBIGUOUS, _two_readings(plain), hint=f"write what is meant: {choices}")
    return StructureErrors((fault,))


def _two_readings(plain: Plain) -> str:
    before, after = show(plain.older), show(plain.newer)
    return f"{plain.text} is {before} in YAML 1.1, but {after} in YAML 1.2"
